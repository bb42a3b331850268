import { type Database, type Row, readAudience, rowIdentity } from '../databases/index.ts';
import { EnvError } from '../errors/index.ts';
import { rowEvent, type SkeneEvent } from '../events/index.ts';
import { matchPlans, type Plan, type Watch } from '../plan/index.ts';

/** A row that starts a loop's run, as the event that would tell of it. */
export interface Entry {
  subject: string;
  row: Row;
  event: SkeneEvent;
}

/** A page of them. */
export interface EntryPage {
  entries: Entry[];
  /** The id of the last row that was looked at. */
  last: string | undefined;
  isLast: boolean;
}

const QUERY_TIMEOUT_MS = 60_000;

/**
 * The rows of a loop's trigger table after an id, those that the trigger asks for. The event of a row has the id that it had when the row
 * was written, so that nothing which was started then starts again.
 */
export async function readEntries(
  database: Database,
  { plan, watch, now }: { plan: Plan; watch: Watch; now: number },
  { after, limit }: { after: string | undefined; limit: number },
): Promise<EntryPage> {
  const { table, id } = watch;
  if (database.kind === 'upstash-redis')
    throw new EnvError('USAGE', 'Hashes cannot be gone over in order.', {
      hint: 'Have your app tell of those who were there before, with track(), and let an event start the loop.',
    });
  const quote = database.kind === 'mysql' || database.kind === 'planetscale' ? '`' : '"';
  const name = table
    .split('.')
    .map((part) => quote + part.replaceAll(quote, quote + quote) + quote)
    .join('.');
  const sql = `SELECT * FROM ${name}`;
  const rows = await readAudience(database, { sql, id, after, limit, timeoutMs: QUERY_TIMEOUT_MS });
  const entries = rows.flatMap((row) => {
    const change = { table, operation: 'insert', row, at: now } as const;
    const event = rowEvent({ ...change, identity: rowIdentity({ operation: 'insert', row, keys: watch }) });
    return matchPlans([plan], event).map(({ subject }) => ({ subject, row, event }));
  });
  const last = rows.at(-1)?.[id];
  return { entries, last: last === undefined ? after : String(last), isLast: rows.length < limit };
}
