import { quoterOf } from '../databases/index.ts';
import type { KeptTables } from '../plan/index.ts';

type Dialect = 'postgres' | 'mysql';
type Kind = 'id' | 'word' | 'count' | 'time';

/** What PostgreSQL and MySQL call these. Ids are compared letter by letter, and an index of MySQL takes 3,072 bytes of them. */
const TYPES: Record<Dialect, Record<Kind, string>> = {
  postgres: { id: 'text', word: 'text', count: 'bigint', time: 'timestamptz' },
  mysql: {
    id: 'varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    word: 'varchar(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    count: 'bigint',
    time: 'datetime(3)',
  },
};

const USAGE = {
  subject: 'id',
  feature: 'word',
  periodStart: 'time',
  periodEnd: 'time',
  used: 'count',
  version: 'count',
  updatedAt: 'time',
} as const satisfies Record<string, Kind>;

const SUBSCRIPTIONS = {
  customer: 'word',
  subject: 'id',
  plan: 'id',
  status: 'word',
  periodStart: 'time',
  periodEnd: 'time',
  version: 'count',
  updatedAt: 'time',
} as const satisfies Record<string, Kind>;

/**
 * The statements that make the tables, for a migration; they may be run again. A table that is there already has to have these columns and
 * the same primary key, or a unique index on it.
 */
export function keptTablesSql({ usage, subscriptions }: KeptTables, dialect: Dialect): string[] {
  const write = <TColumn extends string>(
    { table, columns }: { table: string; columns: Record<TColumn, string> },
    {
      kinds,
      key,
      index,
    }: { kinds: Record<TColumn, Kind>; key: readonly TColumn[]; index: readonly TColumn[] },
  ): string[] => {
    const quote = quoterOf({ kind: dialect });
    const name = table.split('.').map(quote).join('.');
    const list = (names: readonly TColumn[]) => names.map((one) => quote(columns[one])).join(', ');
    const lines = (Object.keys(kinds) as TColumn[]).map(
      (one) => `  ${quote(columns[one])} ${TYPES[dialect][kinds[one]]} NOT NULL,`,
    );
    const indexName = quote(`${table.split('.').at(-1)}_${index.map((one) => columns[one]).join('_')}`);
    const inner = dialect === 'mysql' ? [`  KEY ${indexName} (${list(index)}),`] : [];
    const create = [
      `CREATE TABLE IF NOT EXISTS ${name} (`,
      ...lines,
      ...inner,
      `  PRIMARY KEY (${list(key)})`,
      ');',
    ].join('\n');
    return dialect === 'mysql'
      ? [create]
      : [create, `CREATE INDEX IF NOT EXISTS ${indexName} ON ${name} (${list(index)});`];
  };
  return [
    ...(usage === undefined
      ? []
      : write(usage, { kinds: USAGE, key: ['subject', 'feature', 'periodStart'], index: ['periodEnd'] })),
    ...(subscriptions === undefined
      ? []
      : write(subscriptions, { kinds: SUBSCRIPTIONS, key: ['customer'], index: ['subject'] })),
  ];
}
