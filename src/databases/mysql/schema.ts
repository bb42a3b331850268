import { ConfigError } from '../../errors/index.ts';
import type { Row } from '../database.ts';
import type { Column } from './columns.ts';

/** Runs our own SQL. */
export type RunSql = (sql: string, params: readonly string[]) => Promise<Row[]>;

/** How long what is known of a table is believed: a column that was added is found after this. */
const FRESH_MS = 60_000;

const COLUMNS = `
SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS whole_type, EXTRA AS extra
FROM information_schema.columns WHERE table_schema = SCHEMA_NAME AND table_name = ? ORDER BY ORDINAL_POSITION`;

const INDEXED = `
SELECT COLUMN_NAME AS name FROM information_schema.statistics
WHERE table_schema = SCHEMA_NAME AND table_name = ? AND SEQ_IN_INDEX = 1`;

/** Reads the columns of tables, and remembers them for a minute. */
export function createSchema(run: RunSql, now: () => number): (table: string) => Promise<Column[]> {
  const known = new Map<string, { columns: Column[]; at: number }>();
  return async (table) => {
    const found = known.get(table);
    if (found !== undefined && now() - found.at < FRESH_MS) return found.columns;
    const columns = await readColumns(run, table);
    known.set(table, { columns, at: now() });
    return columns;
  };
}

/** @throws {ConfigError} CONFIG_INVALID when there is no such table. */
async function readColumns(run: RunSql, table: string): Promise<Column[]> {
  const [name = '', schema] = table.split('.').reverse();
  const ask = (sql: string): Promise<Row[]> =>
    schema === undefined
      ? run(sql.replace('SCHEMA_NAME', 'DATABASE()'), [name])
      : run(sql.replace('SCHEMA_NAME', '?'), [schema, name]);
  const [columns, indexed] = await Promise.all([ask(COLUMNS), ask(INDEXED)]);
  if (columns.length === 0)
    throw new ConfigError('CONFIG_INVALID', `The database has no table ${table}.`, {
      hint: 'Correct the name; the database of the connection string is the one that is asked.',
    });
  const indexedNames = new Set(indexed.map((row) => String(row.name)));
  return columns.map((row) => toColumn(row, indexedNames));
}

function toColumn(row: Row, indexed: ReadonlySet<string>): Column {
  const extra = String(row.extra).toLowerCase();
  return {
    name: String(row.name),
    type: String(row.type).toLowerCase(),
    isUnsigned: /\bunsigned\b/i.test(String(row.whole_type)),
    isAutoIncrement: extra.includes('auto_increment'),
    changesOnUpdate: extra.includes('on update'),
    isIndexed: indexed.has(String(row.name)),
  };
}
