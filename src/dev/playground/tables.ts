import { type Database, quoterOf, type Row, type Statement } from '../../databases/index.ts';
import { RequestError } from '../../errors/index.ts';

/** A column of a table, as a form needs it. */
export interface Column {
  name: string;
  /** As the database calls it. */
  type: string;
  /** It must be given: it may not be null, and has no default. */
  isRequired: boolean;
}

/** A database, and its address for what the connection of loops does not do: they write no rows to MySQL. */
export interface SqlPlace {
  database: Database;
  url: string;
}

const TIMEOUT_MS = 10_000;
/** Skene's own tables are not to be played with. */
const OWN = /^skene_/;

/** The tables that rows can be written to, and their columns. @throws {RequestError} where the database has no tables. */
export async function readTables(place: SqlPlace): Promise<Map<string, Column[]>> {
  const { database } = place;
  const schema =
    database.kind === 'mysql' || database.kind === 'planetscale' ? 'database()' : 'current_schema()';
  const rows = await runSql(place, {
    sql: `SELECT c.table_name AS t, c.column_name AS n, c.data_type AS d, c.is_nullable AS o, c.column_default AS v, ${
      schema === 'database()' ? 'c.extra' : 'c.is_identity'
    } AS i FROM information_schema.columns c JOIN information_schema.tables b ON b.table_schema = c.table_schema AND b.table_name = c.table_name WHERE c.table_schema = ${schema} AND b.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`,
  });
  const tables = new Map<string, Column[]>();
  for (const { t, n, d, o, v, i } of rows) {
    const table = String(t);
    if (OWN.test(table)) continue;
    const makesItself = v !== null || /YES|auto_increment|DEFAULT_GENERATED/i.test(String(i));
    const columns = tables.get(table) ?? [];
    columns.push({ name: String(n), type: String(d), isRequired: o === 'NO' && !makesItself });
    tables.set(table, columns);
  }
  return tables;
}

/** The statement that writes a row; names are quoted, values bound. */
export function insertOf(
  { database }: SqlPlace,
  table: string,
  values: ReadonlyArray<readonly [string, string]>,
): Statement {
  const quote = quoterOf(database);
  const isPostgres = database.capture !== undefined;
  if (values.length === 0)
    return { sql: `INSERT INTO ${quote(table)} ${isPostgres ? 'DEFAULT VALUES' : '() VALUES ()'}` };
  const names = values.map(([name]) => quote(name)).join(', ');
  const places = values.map((_, index) => (isPostgres ? `$${index + 1}` : '?')).join(', ');
  return {
    sql: `INSERT INTO ${quote(table)} (${names}) VALUES (${places})${isPostgres ? ' RETURNING *' : ''}`,
    params: values.map(([, value]) => value),
  };
}

/** Runs one statement, whatever it does, and answers with its rows where the database gives any. Places are `$1`, on MySQL `?`. */
export async function runSql({ database, url }: SqlPlace, statement: Statement): Promise<Row[]> {
  if (database.capture !== undefined) {
    const [rows = []] = await database.capture.transaction([statement], { timeoutMs: TIMEOUT_MS });
    return rows;
  }
  if (database.kind !== 'upstash-redis') {
    const { runOnMysql } = await import('../planetscale/front.ts');
    return runOnMysql(url, { ...statement, timeoutMs: TIMEOUT_MS });
  }
  throw new RequestError('REQUEST_INVALID', 'The database of these loops is Redis: it has no tables.', {
    hint: 'Write hashes from your app; docs/upstash-redis.md says how.',
  });
}
