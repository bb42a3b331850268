import type { DatabaseKind, Inspection, Users } from '../inspect/index.ts';
import { type Code, type Entry, entry, list, literal, object, print } from './code.ts';
import type { LoopDraft } from './draft.ts';
import { shownPlace } from './question.ts';

/** What a config is written from besides its loop. */
interface Surroundings {
  inspection: Inspection;
  users: Users | undefined;
}

/** The config as text: the loop, and where its database, users and tables are as they were found. */
export function configFile(draft: LoopDraft, { inspection, users }: Surroundings): string {
  const loop = object(
    entry('type', literal(draft.type)),
    entry('opinion', literal(draft.opinion)),
    entry('steps', list(object(...draft.step))),
    entry('recovery', draft.recovery),
  );
  const config = object(
    databaseEntry(inspection, users),
    users === undefined ? undefined : usersEntry(users),
    draft.tables.length === 0 ? undefined : entry('tables', object(...draft.tables)),
    entry('loops', list(loop)),
  );
  return [
    '// Begun by `skene init` from what this repository says; every line is yours to change. `npx skene check` says whether it is right.',
    "import { defineConfig } from '@skene/sdk';",
    '',
    `export default defineConfig(${print(config)});`,
    '',
  ].join('\n');
}

type Provider = Exclude<DatabaseKind, 'other'>;

/** The databases that a dialect may be, the more particular first. */
const PROVIDERS: Readonly<Record<'postgres' | 'mysql' | 'redis', readonly Provider[]>> = {
  postgres: ['neon', 'postgres'],
  mysql: ['planetscale', 'mysql'],
  redis: ['upstash-redis'],
};

function databaseEntry(inspection: Inspection, users: Users | undefined): Entry {
  const { databases } = inspection.stack;
  if (users === undefined)
    return entry('database', object(entry('provider', literal('upstash-redis'))), [
      'No table of users was found: they are known from who signs them in, which Skene keeps in its own Redis.',
      ...(databases.length === 0
        ? []
        : [
            "If they are in a table, name it: database: { provider: '…' }, users: { table: '…', email: '…' }",
          ]),
    ]);
  const { provider, isGuess } = providerOf(databases, users);
  const found = databases.find(({ what }) => what === provider);
  const variable = variableOf(inspection, provider);
  const others = databases.filter(({ what }) => what !== provider && what !== 'other');
  return entry(
    'database',
    object(
      entry('provider', literal(provider)),
      variable === undefined || variable.name === 'DATABASE_URL'
        ? undefined
        : entry('url', literal(variable.name)),
    ),
    [
      ...(isGuess
        ? [`Nothing says which database this is. Or: ${GUESSES.filter((one) => one !== provider).join(', ')}`]
        : []),
      ...(found?.evidence ?? []).slice(0, 1).map((one) => `${shownPlace(one)} ${one.why}`),
      ...(variable === undefined ? [] : [`${shownPlace(variable)} names ${variable.name}`]),
      ...(others.length === 0
        ? []
        : [
            `There is also ${others.map(({ what }) => what).join(' and ')}; this is the one with ${users.table.name} (${shownPlace(users.table.place)}).`,
          ]),
    ],
  );
}

const GUESSES: readonly Provider[] = ['postgres', 'neon', 'mysql', 'planetscale'];

/** The database that a table of users is in: as its declaration says, and of that kind the driver that there is. */
function providerOf(
  databases: Inspection['stack']['databases'],
  { table }: Users,
): { provider: Provider; isGuess: boolean } {
  const dialect = table.dialect === 'mysql' || table.dialect === 'redis' ? table.dialect : 'postgres';
  const fitting = PROVIDERS[dialect];
  const found = fitting.find((provider) => databases.some(({ what }) => what === provider));
  return {
    provider: found ?? fitting.at(-1) ?? 'postgres',
    isGuess: found === undefined && table.dialect === undefined,
  };
}

const VARIABLES: Readonly<Record<'postgres' | 'mysql', readonly string[]>> = {
  postgres: [
    'DATABASE_URL',
    'POSTGRES_URL',
    'POSTGRES_PRISMA_URL',
    'NEON_DATABASE_URL',
    'PG_URL',
    'DB_URL',
    'DATABASE_URI',
  ],
  mysql: [
    'DATABASE_URL',
    'MYSQL_URL',
    'MYSQL_DATABASE_URL',
    'PLANETSCALE_URL',
    'PLANETSCALE_DATABASE_URL',
    'DB_URL',
    'DATABASE_URI',
  ],
};

/** The variable that holds the database's address: as Prisma says, else the usual name that the repository knows. */
function variableOf(
  { sources, variables }: Inspection,
  provider: Provider,
): { name: string; file: string; line: number } | undefined {
  if (provider === 'upstash-redis') return undefined;
  const dialect = PROVIDERS.mysql.includes(provider) ? 'mysql' : 'postgres';
  const source = sources.find((one) => one.dialect === dialect && one.variable !== undefined);
  if (source?.variable !== undefined) return { name: source.variable, file: source.file, line: source.line };
  const [name] = VARIABLES[dialect].filter((known) => variables.some((variable) => variable.name === known));
  return variables.find((variable) => variable.name === name);
}

function usersEntry({ table, id, email, name }: Users): Entry | undefined {
  const differing = (key: string, column: string | undefined, usual: string): Entry | undefined =>
    column === undefined || column === usual ? undefined : entry(key, literal(column));
  const entries = [
    differing('table', table.name, 'users'),
    differing('id', id, 'id'),
    differing('email', email?.name, 'email'),
    differing('name', name?.name, 'name'),
  ];
  const users: Code = object(...entries);
  if (users.kind === 'object' && users.entries.length === 0) return undefined;
  const model = table.model === undefined || table.model === table.name ? '' : ` (${table.model})`;
  return entry('users', users, [`${shownPlace(table.place)} declares ${table.name}${model}`]);
}
