import type { Database, Row } from './database.ts';
import { quoteName as quoteMysql } from './mysql/identifiers.ts';
import { quoteName as quotePostgres } from './postgres/identifiers.ts';

/** A page of an audience. */
export interface AudiencePage {
  /** The query that selects it, as its author wrote it: one SELECT without parameters. */
  sql: string;
  /** The column by which its rows are told apart and read in order. */
  id: string;
  /** Only rows after this id. */
  after: string | undefined;
  /** Only rows up to this id. */
  upTo?: string | undefined;
  limit: number;
  timeoutMs: number;
}

/** Reads a page of an audience, by its keys: wherever it begins, it costs the same. Rows without an id belong to nobody and are left out. */
export function readAudience(
  database: Pick<Database, 'kind' | 'select'>,
  { sql, id, after, upTo, limit, timeoutMs }: AudiencePage,
): Promise<Row[]> {
  const column = `audience.${quoterOf(database)(id)}`;
  const bounds = [`${column} IS NOT NULL`];
  const params: string[] = [];
  for (const [operator, value] of [
    ['>', after],
    ['<=', upTo],
  ] as const) {
    if (value === undefined) continue;
    params.push(value);
    bounds.push(`${column} ${operator} $${params.length}`);
  }
  // The line break ends a comment that the query may end with.
  const paged = `SELECT * FROM (${sql}\n) AS audience WHERE ${bounds.join(' AND ')} ORDER BY ${column} LIMIT ${Math.floor(limit)}`;
  return database.select({ sql: paged, params, timeoutMs });
}

/** Whether an audience has somebody now. @param is their id. */
export async function isInAudience(
  database: Pick<Database, 'kind' | 'select'>,
  { is, ...audience }: Pick<AudiencePage, 'sql' | 'id' | 'timeoutMs'> & { is: string },
): Promise<boolean> {
  return (await findInAudience(database, { ...audience, among: [is] })).size > 0;
}

/** Who of these, by their ids, is in an audience now. */
export async function findInAudience(
  database: Pick<Database, 'kind' | 'select'>,
  {
    sql,
    id,
    among,
    timeoutMs,
  }: Pick<AudiencePage, 'sql' | 'id' | 'timeoutMs'> & { among: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (among.length === 0) return new Set();
  const column = `audience.${quoterOf(database)(id)}`;
  const narrowed = `SELECT ${column} AS id FROM (${sql}\n) AS audience WHERE ${column} IN (${placesFor(among)})`;
  const rows = await database.select({ sql: narrowed, params: among, timeoutMs });
  return new Set(rows.map((row) => String(row.id)));
}

/** The rows of a table whose `column` is one of these values. */
export async function findRows(
  database: Pick<Database, 'kind' | 'select'>,
  { table, column, values }: { table: string; column: string; values: readonly string[] },
  timeoutMs: number,
): Promise<Row[]> {
  if (values.length === 0) return [];
  const quote = quoterOf(database);
  const from = table.split('.').map(quote).join('.');
  const sql = `SELECT * FROM ${from} WHERE ${quote(column)} IN (${placesFor(values)})`;
  return database.select({ sql, params: values, timeoutMs });
}

function placesFor(values: readonly string[]): string {
  return values.map((_, index) => `$${index + 1}`).join(', ');
}

/** How a database's dialect quotes a name. */
export function quoterOf({ kind }: Pick<Database, 'kind'>): (name: string) => string {
  return kind === 'mysql' || kind === 'planetscale' ? quoteMysql : quotePostgres;
}
