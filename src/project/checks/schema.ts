import type { ResolvedConfig } from '../../config/index.ts';
import { analyseQuery, type Dialect, type QuerySummary } from '../../sql/index.ts';
import { type Schema, type SchemaTable, tableNamed } from '../schema.ts';
import { closestName } from './closest-name.ts';
import { type CheckContext, type Finding, type PlacedStep, stepsOf } from './context.ts';

type Path = Finding['path'];

/** A table or a column that the config speaks of, and where. */
interface Spoken {
  path: Path;
  /** One of them has to have the column. */
  tables: readonly string[];
  column?: string | undefined;
  /** The text at `path`, where the name stands somewhere in it. */
  text?: string | undefined;
}

/** Tables and columns are those that the repository declares, as far as it does. */
export function checkSchema(context: CheckContext): Finding[] {
  const { schema, config, dialects } = context;
  if (schema === undefined || schema.tables.length === 0 || config.database.provider === 'upstash-redis')
    return [];
  const spoken = [...stepsOf(config).flatMap((placed) => spokenIn(placed, context)), ...goalsIn(context)];
  const isPostgres = dialects.includes('postgres');
  return [
    ...spoken.flatMap((one) => judge(one, { schema, config, isPostgres })),
    ...stepsOf(config).flatMap((placed) => parameterOf(placed, schema, context)),
  ];
}

function spokenIn({ step, path }: PlacedStep, { config, dialects }: CheckContext): Spoken[] {
  const { trigger, condition } = step;
  const found: Spoken[] = [];
  if (trigger?.type === 'database') {
    found.push({ path: [...path, 'trigger', 'table'], tables: [trigger.table] });
    for (const column of Object.keys(trigger.where ?? {}))
      found.push({ path: [...path, 'trigger', 'where', column], tables: [trigger.table], column });
  }
  if (condition?.type === 'activity') {
    const { subject = 'user_id', time = 'created_at' } = config.tables[condition.table] ?? {};
    const at = [...path, 'condition', 'table'];
    found.push({ path: at, tables: [condition.table] });
    for (const column of [subject, time]) found.push({ path: at, tables: [condition.table], column });
  }
  if (condition?.type !== 'query') return found;
  return [...found, ...spokenInQuery(condition.query, [...path, 'condition', 'query'], dialects)];
}

function goalsIn({ config, dialects }: CheckContext): Spoken[] {
  return config.loops.flatMap(({ goal }, index) =>
    goal !== undefined && 'query' in goal
      ? spokenInQuery(goal.query, ['loops', index, 'goal', 'query'], dialects)
      : [],
  );
}

/** A query as it reads in the first dialect that takes it. */
export function summaryOf(query: string, dialects: readonly Dialect[]): QuerySummary | undefined {
  return dialects
    .map((dialect) => analyseQuery(query, { dialect, parameters: 1 }))
    .find((analysis) => analysis.ok);
}

function spokenInQuery(text: string, path: Path, dialects: readonly Dialect[]): Spoken[] {
  const summary = summaryOf(text, dialects);
  const tables = [...new Set(summary?.reads.map(({ table }) => table))];
  return [
    ...tables.map((table) => ({ path, text, tables: [table] })),
    ...(summary?.mentions ?? []).map((mention) => ({ path, text, ...mention })),
  ];
}

interface Judging {
  schema: Schema;
  config: ResolvedConfig;
  isPostgres: boolean;
}

function judge({ path, tables, column, text }: Spoken, judging: Judging): Finding[] {
  const { schema } = judging;
  const found = tables.flatMap((table) => tableNamed(schema, table) ?? []);
  if (column === undefined) return found.length > 0 ? [] : unknownTable({ path, tables, text }, judging);
  // Where one of the tables is unknown, the column may be its own.
  if (found.length < tables.length || found.some((table) => hasColumn(table, column, judging))) return [];
  const columns = found.flatMap((table) => table.columns.map(({ name }) => name));
  const isFolded = judging.isPostgres && columns.find((name) => name.toLowerCase() === column);
  const closest = closestName(column, columns);
  const names = found.map(({ name }) => name).join(' and ');
  const places = found.map(({ place }) => place).join(', ');
  return [
    {
      code: 'query_column',
      path,
      severity: found.every(({ isCertain }) => isCertain) ? 'error' : 'warning',
      message: `speaks of the column ${column}, which ${names} ${found.length > 1 ? 'have' : 'has'} not (${places})`,
      hint: isFolded
        ? `Write "${isFolded}" with its quotes: without them PostgreSQL reads it in small letters.`
        : `${closest === undefined ? '' : `Did you mean ${closest}? `}The columns are ${columns.join(', ')}.`,
      offset: offsetIn(text, column),
    },
  ];
}

function hasColumn({ columns }: SchemaTable, column: string, { isPostgres }: Judging): boolean {
  return columns.some(
    ({ name }) => name === column || (!isPostgres && name.toLowerCase() === column.toLowerCase()),
  );
}

/** It may be declared where nobody has looked, so that this is no error. */
function unknownTable({ path, tables, text }: Spoken, { schema, config }: Judging): Finding[] {
  const [table = ''] = tables;
  if (isOwn(table, config)) return [];
  const closest = closestName(
    table,
    schema.tables.map(({ name }) => name),
  );
  return [
    {
      code: 'query_table',
      path,
      severity: 'warning',
      message: `speaks of the table ${table}, which is not declared in ${listed(schema.files)}`,
      hint: `${closest === undefined ? '' : `Did you mean ${closest}? `}If another file or another service makes it, nothing need be done.`,
      offset: offsetIn(text, table),
    },
  ];
}

/** Skene's own tables, those that it keeps for the team, and the database's. */
function isOwn(table: string, { usage, subscriptions }: ResolvedConfig): boolean {
  const kept = [usage, subscriptions].flatMap((own) => (own ? [own.table] : []));
  return kept.includes(table) || /^(?:skene_|pg_|information_schema\.)/.test(table);
}

/** A user's id has to be of a kind that the column takes with which it is compared. */
function parameterOf(
  { step, trigger, path }: PlacedStep,
  schema: Schema,
  { dialects, config: { users, tables } }: CheckContext,
): Finding[] {
  if (step.condition?.type !== 'query' || trigger?.type !== 'database') return [];
  const { query } = step.condition;
  const subject = tables[trigger.table]?.subject ?? (trigger.table === users.table ? users.id : 'user_id');
  const id = tableNamed(schema, trigger.table)?.columns.find(({ name }) => name === subject)?.kind;
  return (summaryOf(query, dialects)?.reads ?? []).flatMap(({ table, column }): Finding[] => {
    const compared = tableNamed(schema, table);
    const kind = compared?.columns.find(({ name }) => name === column)?.kind;
    const isWrong = (id === 'number' && kind === 'uuid') || (id === 'uuid' && kind === 'number');
    if (!isWrong || compared === undefined) return [];
    return [
      {
        code: 'query_type',
        path: [...path, 'condition', 'query'],
        severity: compared.isCertain ? 'error' : 'warning',
        message: `compares ${table}.${column}, a ${kind}, with ${trigger.table}.${subject}, a ${id} (${compared.place})`,
        hint: 'Compare $1 with the column that holds the id of the user.',
        offset: Math.max(0, query.indexOf('$1')),
      },
    ];
  });
}

function offsetIn(text: string | undefined, name: string): number | undefined {
  const word = name.split('.').at(-1) ?? name;
  const at = text?.search(new RegExp(`(?<![\\w$])${word.replace(/[^\w]/g, '\\$&')}(?![\\w$])`, 'i'));
  return at === undefined || at < 0 ? undefined : at;
}

function listed(files: readonly string[]): string {
  return files.length <= 3
    ? files.join(', ')
    : `${files.slice(0, 3).join(', ')} and ${files.length - 3} files more`;
}
