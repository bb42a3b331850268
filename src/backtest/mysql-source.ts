import { type Database, quoterOf, type Row } from '../databases/index.ts';
import { MYSQL_FUNCTIONS, mysqlToPostgres } from '../sql/index.ts';
import { QUERY_TIMEOUT_MS, refuseTooMany, type Source } from './source.ts';

const COLUMNS = `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS whole_type, COLUMN_KEY AS role
  FROM information_schema.columns WHERE table_name = $1 AND table_schema =`;

/** How a PostgreSQL keeps the values of MySQL's types; others as text. */
const TYPES: Readonly<Record<string, string>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'bigint',
  bigint: 'numeric',
  year: 'integer',
  decimal: 'numeric',
  float: 'double precision',
  double: 'double precision',
  datetime: 'timestamptz',
  timestamp: 'timestamptz',
  date: 'date',
  json: 'jsonb',
};

/** As many users as one query names: what PlanetScale takes and gives at once is bounded. */
const SUBJECTS_AT_ONCE = 500;

/** Reads a MySQL, MariaDB or PlanetScale. */
export function createMysqlSource(database: Pick<Database, 'kind' | 'select'>): Source {
  const quote = quoterOf(database);
  const quoteTable = (table: string): string => table.split('.').map(quote).join('.');
  const select = (sql: string, params: readonly unknown[]): Promise<Row[]> =>
    database.select({ sql, params, timeoutMs: QUERY_TIMEOUT_MS });
  return {
    dialect: 'mysql',
    async shapeOf(table) {
      const [name = '', schema] = table.split('.').reverse();
      const columns = await select(
        `${COLUMNS} ${schema === undefined ? 'DATABASE()' : '$2'} ORDER BY ORDINAL_POSITION`,
        schema === undefined ? [name] : [name, schema],
      );
      if (columns.length === 0) return undefined;
      return {
        columns: columns.map((column) => ({ name: String(column.name), type: typeOf(column) })),
        key: columns.filter(({ role }) => role === 'PRI').map((column) => String(column.name)),
      };
    },
    async subjects({ table, subject, between, most }) {
      const column = quote(subject);
      const time = between && quote(between.column);
      const rows = await select(
        `SELECT subject FROM (SELECT DISTINCT CAST(${column} AS CHAR) AS subject FROM ${quoteTable(table)}
           WHERE ${column} IS NOT NULL ${time === undefined ? '' : `AND ${time} > $1 AND ${time} <= $2`}) AS entered
         ORDER BY MD5(subject) LIMIT ${most}`,
        between === undefined ? [] : [stamp(between.from), stamp(between.to)],
      );
      return rows.map((row) => String(row.subject));
    },
    async rows(table, asked) {
      const { name, subject, time, columns } = table;
      const zoneless = columns.filter(({ type }) => type === 'timestamptz').map((column) => column.name);
      const found: Row[] = [];
      const parts = subject === undefined ? [[]] : partsOf(asked.subjects, SUBJECTS_AT_ONCE);
      for (const part of parts) {
        const conditions = ['TRUE'];
        if (subject !== undefined)
          conditions.push(`${quote(subject)} IN (${part.map((_, place) => `$${place + 1}`).join(', ')})`);
        if (time !== undefined) conditions.push(`${quote(time)} <= $${part.length + 1}`);
        const rows = await select(
          `SELECT * FROM ${quoteTable(name)} WHERE ${conditions.join(' AND ')} LIMIT ${asked.most + 1}`,
          [...part, ...(time === undefined ? [] : [stamp(asked.to)])],
        );
        found.push(...rows.map((row) => withZones(row, zoneless)));
        if (found.length > asked.most) refuseTooMany(name, asked);
      }
      return time === undefined
        ? found
        : found.sort((one, other) => String(one[time]).localeCompare(String(other[time])));
    },
    translate: mysqlToPostgres,
    preparation: MYSQL_FUNCTIONS,
    notes: [
      'The queries were put to a PostgreSQL: it compares text with regard to case, and DATETIME columns were read as UTC.',
    ],
  };
}

function typeOf({ type, whole_type: whole }: Row): string {
  if (/^(?:tinyint|bit)\(1\)/i.test(String(whole))) return 'boolean';
  return TYPES[String(type).toLowerCase()] ?? 'text';
}

/** A DATETIME says no zone. */
function withZones(row: Row, columns: readonly string[]): Row {
  const zoned = columns.flatMap((column) => {
    const value = row[column];
    return typeof value === 'string' && !value.endsWith('Z') ? [[column, `${value}Z`] as const] : [];
  });
  return { ...row, ...Object.fromEntries(zoned) };
}

function partsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );
}

/** As MySQL writes a time, in UTC. */
const stamp = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
