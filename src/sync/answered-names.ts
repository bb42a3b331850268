import { type Database, quoterOf } from '../databases/index.ts';
import { isSkeneError } from '../errors/index.ts';

/** A database to ask, and the id of a user, or what stands for one. */
export interface AskedDatabase {
  database: Database;
  id: unknown;
}

const TIMEOUT_MS = 10_000;

/** The names of the columns that a query answers with, whether it has rows or not; `undefined` where the database will not say. */
export async function namesOfQuery(
  sql: string,
  aboutSubject: boolean,
  asked: AskedDatabase,
): Promise<string[] | undefined> {
  if (!aboutSubject) return namesOf(`(${sql}\n)`, [], asked);
  const params = [asked.id];
  // MySQL takes no query into another that names two columns alike: what it answers then says it, where there is something.
  return (await namesOf(`(${sql}\n)`, params, asked)) ?? firstNames(sql, params, asked);
}

/** The names of a table's columns. */
export function namesOfTable(table: string, asked: AskedDatabase): Promise<string[] | undefined> {
  return namesOf(quotedFor(asked.database, table), [], asked);
}

/** A table's name as the database takes it literally. */
export function quotedFor(database: Database, table: string): string {
  return table.split('.').map(quoterOf(database)).join('.');
}

/** One row of nothing joined to it has all its columns. */
function namesOf(
  source: string,
  params: readonly unknown[],
  asked: AskedDatabase,
): Promise<string[] | undefined> {
  const sql = `SELECT answer.* FROM (SELECT 1 AS one) AS single LEFT JOIN ${source} AS answer ON 1 = 0`;
  return firstNames(sql, params, asked);
}

async function firstNames(
  sql: string,
  params: readonly unknown[],
  { database }: AskedDatabase,
): Promise<string[] | undefined> {
  try {
    const [row] = await database.select({ sql, params, timeoutMs: TIMEOUT_MS });
    return row && Object.keys(row);
  } catch (error) {
    if (isSkeneError(error, 'QUERY_FAILED')) return undefined;
    throw error;
  }
}
