import { type Database, quoteTable } from '../databases/index.ts';
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
  return namesOf(`(${sql}\n)`, aboutSubject ? [asked.id] : [], asked);
}

/** The names of a table's columns. */
export function namesOfTable(table: string, asked: AskedDatabase): Promise<string[] | undefined> {
  return namesOf(quotedFor(asked.database, table), [], asked);
}

/** A name as the database takes it literally. */
export function quotedFor({ capture }: Database, table: string): string {
  if (capture !== undefined) return quoteTable(table);
  return table
    .split('.')
    .map((part) => `\`${part}\``)
    .join('.');
}

/** One row of nothing joined to it has all its columns. */
async function namesOf(
  source: string,
  params: readonly unknown[],
  { database }: AskedDatabase,
): Promise<string[] | undefined> {
  const sql = `SELECT answer.* FROM (SELECT 1 AS one) AS single LEFT JOIN ${source} AS answer ON 1 = 0`;
  try {
    const [row] = await database.select({ sql, params, timeoutMs: TIMEOUT_MS });
    return row && Object.keys(row);
  } catch (error) {
    // MySQL takes no query into another that names two columns alike.
    if (isSkeneError(error, 'QUERY_FAILED')) return undefined;
    throw error;
  }
}
