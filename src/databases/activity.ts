import { quoterOf } from './audience.ts';
import type { Database, Row } from './database.ts';
import { quoteLiteral, quoteName as quotePostgres } from './postgres/identifiers.ts';
import { ROLLUP } from './postgres/rollup-sql.ts';

/** A table with a row for each thing that somebody did. */
export interface ActivityTable {
  /** Its name, as in `events` or `app.events`. */
  table: string;
  /** The column that says whose row it is. */
  subject: string;
  /** The column that says when it happened. */
  time: string;
}

/** Who counts as dormant. */
export interface Dormancy extends ActivityTable {
  /** Whether a daily roll-up of the table is kept, where the database can. */
  rollup?: boolean | undefined;
  /** The share by which activity has dropped at least, from 0 to 1. */
  drop: number;
  /** The time that is looked at, and the time before it that it is compared with, in seconds. */
  window: number;
  baseline: number;
}

/**
 * The query whose rows are the users who have gone dormant: whoever used to be there at least once in the time of a window, on average over
 * the baseline, and was there less than their own share of that since. One form for PostgreSQL, MySQL and MariaDB; for every user it reads
 * one range of an index on the subject and the time.
 */
export function dormancyQuery(
  { kind }: Pick<Database, 'kind'>,
  dormancy: Dormancy,
  users: { table: string; id: string },
): string {
  if (dormancy.rollup && !isMysql(kind)) return rolledUpDormancyQuery(dormancy, users);
  const { drop, window, baseline, ...source } = dormancy;
  const quote = quoterOf({ kind });
  const { name, time, subject } = namesOf(source, quote);
  const ago = isMysql(kind)
    ? (seconds: number) => `NOW() - INTERVAL ${seconds} SECOND`
    : (seconds: number) => `now() - interval '${seconds} seconds'`;
  const before = `COUNT(CASE WHEN ${time} < ${ago(window)} THEN 1 END)`;
  const since = `COUNT(CASE WHEN ${time} >= ${ago(window)} THEN 1 END)`;
  const kept = Math.round(window * (1 - drop));
  return `SELECT person.* FROM ${nameOf(users.table, quote)} AS person WHERE EXISTS (
  SELECT 1 FROM ${name} AS action WHERE ${subject} = person.${quote(users.id)} AND ${time} >= ${ago(window + baseline)}
  HAVING ${before} * ${window} >= ${baseline} AND ${since} * ${baseline} <= ${before} * ${kept})`;
}

/**
 * The same by the daily roll-up: a user costs as many rows as days, however much they do. Its days are those of UTC; the one that has not
 * ended counts as a day more of the window, so that nobody is found dormant by what they have not done yet.
 */
function rolledUpDormancyQuery(
  { table, drop, window, baseline }: Dormancy,
  users: { table: string; id: string },
): string {
  const [recent, earlier] = [window, baseline].map((seconds) => Math.ceil(seconds / 86_400));
  const today = `(now() AT TIME ZONE 'UTC')::date`;
  const sum = (operator: string) =>
    `coalesce(sum(CASE WHEN action.day ${operator} ${today} - ${recent} THEN action.actions END), 0)`;
  const kept = Math.round(window * (1 - drop));
  return `SELECT person.* FROM ${nameOf(users.table, quotePostgres)} AS person WHERE EXISTS (
  SELECT 1 FROM ${ROLLUP} AS action WHERE action.table_name = ${quoteLiteral(table)}
    AND action.subject = person.${quotePostgres(users.id)}::text AND action.day >= ${today} - ${(recent ?? 0) + (earlier ?? 0)}
  HAVING ${sum('<')} * ${window} >= ${baseline} AND ${sum('>=')} * ${baseline} <= ${sum('<')} * ${kept})`;
}

/** The last row of each of these subjects, by subject. Each costs one look into an index on the subject and the time. */
export async function findLastActions(
  database: Pick<Database, 'kind' | 'select'>,
  source: ActivityTable,
  { subjects, timeoutMs }: { subjects: readonly string[]; timeoutMs: number },
): Promise<Map<string, Row>> {
  if (subjects.length === 0) return new Map();
  const { name, time, subject } = namesOf(source, quoterOf(database));
  const last = (_: string, index: number) =>
    `SELECT * FROM (SELECT action.* FROM ${name} AS action WHERE ${subject} = $${index + 1} ORDER BY ${time} DESC LIMIT 1) AS last_${index}`;
  const sql = subjects.map(last).join('\nUNION ALL\n');
  const rows = await database.select({ sql, params: subjects, timeoutMs });
  return new Map(rows.map((row) => [String(row[source.subject]), row]));
}

function namesOf({ table, subject, time }: ActivityTable, quote: (name: string) => string) {
  return { name: nameOf(table, quote), subject: `action.${quote(subject)}`, time: `action.${quote(time)}` };
}

function nameOf(table: string, quote: (name: string) => string): string {
  return table.split('.').map(quote).join('.');
}

function isMysql(kind: Database['kind']): boolean {
  return kind === 'mysql' || kind === 'planetscale';
}
