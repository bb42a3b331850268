import { type Database, findRows, quoterOf } from '../databases/index.ts';
import type { KeptTables } from '../plan/index.ts';
import type { UsageEntry } from './kept-tables.ts';

type UsageTable = NonNullable<KeptTables['usage']>;
type Readable = Pick<Database, 'kind' | 'select'>;

/** What the table says of a counter. */
export type UsageRecord = UsageEntry;

const TIMEOUT_MS = 30_000;

/** Who has a period that still runs, page by page in the order of their ids. @param now ms since the epoch. */
export async function usersWithUsage(
  database: Readable,
  { table, columns }: UsageTable,
  { now, after, limit }: { now: number; after: string; limit: number },
): Promise<string[]> {
  const quote = quoterOf(database);
  const [subject, end] = [quote(columns.subject), quote(columns.periodEnd)];
  const from = table.split('.').map(quote).join('.');
  const sql = `SELECT DISTINCT ${subject} AS subject FROM ${from} WHERE ${end} > $1 AND ${subject} > $2 ORDER BY ${subject} LIMIT ${Math.floor(limit)}`;
  const time = new Date(now).toISOString();
  const params = [isMysql(database) ? time.replace('T', ' ').replace('Z', '') : time, after];
  return (await database.select({ sql, params, timeoutMs: TIMEOUT_MS })).map((row) => String(row.subject));
}

/** What the table says of these users: the periods that still run, and those of which Redis may know nothing yet. */
export async function readRunning(
  database: Readable,
  { table, columns }: UsageTable,
  subjects: readonly string[],
): Promise<UsageRecord[]> {
  const rows = await findRows(database, { table, column: columns.subject, values: subjects }, TIMEOUT_MS);
  return rows.map((row) => ({
    subject: String(row[columns.subject]),
    feature: String(row[columns.feature]),
    periodStart: timeOf(row[columns.periodStart]),
    periodEnd: timeOf(row[columns.periodEnd]),
    used: Number(row[columns.used]),
    version: Number(row[columns.version]),
  }));
}

function isMysql({ kind }: Readable): boolean {
  return kind === 'mysql' || kind === 'planetscale';
}

/** A DATETIME of MySQL has no zone: it is UTC. */
function timeOf(value: unknown): number {
  const text = String(value);
  return Date.parse(/(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(text) ? text : `${text}Z`);
}
