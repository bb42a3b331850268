import type { RowOperation } from '../../events/index.ts';
import { type Fields, rowKey, streamKey, type TableLayout } from '../../hashes/index.ts';
import type { Backlog } from '../database.ts';
import { digestOf, type FoundChange } from './changes.ts';
import type { RedisClient } from './client.ts';
import { whereWritable } from './registry.ts';
import { toFields } from './rows.ts';

/** How far a stream has been read. */
export interface StreamPlace {
  type: 'stream';
  /** The id of the last entry that was read. */
  after: string;
  /** Up to this entry, rows were read themselves as well: an update is told there by what it left. */
  shared?: string | undefined;
}

/** What is read is kept for others who read it: another deployment, somebody's own machine. */
const KEPT_MS = 86_400_000;

const MOST_COUNTED = 1_000;

type Entry = [id: string, fields: string[]];

/** The greatest id of a stream, or nothing where there is no stream. A stream without entries has `0-0`. */
export async function lastEntry(client: RedisClient, table: string): Promise<string | undefined> {
  const stream = streamKey(table);
  const [exists, last] = await client.ask((pipeline) => {
    pipeline.exists(stream);
    pipeline.xrevrange(stream, '+', '-', 1);
  });
  if (Number(exists) === 0) return undefined;
  return (last as Entry[])[0]?.[0] ?? '0-0';
}

/** The entries behind a place, and the place behind them. */
export async function readStream(
  client: RedisClient,
  { layout, place, limit }: { layout: TableLayout; place: StreamPlace; limit: number },
): Promise<{ found: FoundChange[]; place: StreamPlace; isLast: boolean }> {
  const [reply] = await client.ask((pipeline) =>
    pipeline.xrange(streamKey(layout.table), `(${place.after}`, '+', limit),
  );
  const entries = (reply as Entry[] | null) ?? [];
  const found = await toFound(client, { entries, layout, place });
  const last = entries.at(-1)?.[0] ?? place.after;
  const isLast = entries.length < limit;
  if (isLast && entries.length > 0) await trim(client, layout, last);
  return { found, place: { ...place, after: last }, isLast };
}

/** How much lies behind a place. */
export async function streamBacklog(client: RedisClient, table: string, after: string): Promise<Backlog> {
  const [reply] = await client.ask((pipeline) =>
    pipeline.xrange(streamKey(table), `(${after}`, '+', MOST_COUNTED),
  );
  const entries = (reply as Entry[] | null) ?? [];
  const [first] = entries;
  return { rows: entries.length, ...(first === undefined ? {} : { oldestAt: timeOf(first[0]) }) };
}

async function trim(client: RedisClient, { table }: TableLayout, last: string): Promise<void> {
  const threshold = String(timeOf(last) - KEPT_MS);
  await whereWritable(() =>
    client.ask((pipeline) =>
      pipeline.xtrim(streamKey(table), { strategy: 'MINID', exactness: '~', threshold }),
    ),
  );
}

async function toFound(
  client: RedisClient,
  { entries, layout, place }: { entries: readonly Entry[]; layout: TableLayout; place: StreamPlace },
): Promise<FoundChange[]> {
  const read = entries.map(([entry, pairs]) => ({ entry, ...readEntry(pairs) }));
  const bare = read.filter(({ row, operation }) => row === undefined && operation !== 'delete');
  const replies =
    bare.length === 0
      ? []
      : await client.ask((pipeline) => void bare.map(({ id }) => pipeline.hgetall(rowKey(layout, id))));
  const rows = new Map(bare.map(({ entry }, index) => [entry, toFields(replies[index])]));
  return read.flatMap(({ entry, operation, id, row }): FoundChange[] => {
    const fields = row ?? rows.get(entry) ?? (operation === 'delete' ? {} : undefined);
    if (operation === undefined || id === '' || fields === undefined) return [];
    const isShared = place.shared !== undefined && compareEntries(entry, place.shared) <= 0;
    return [{ operation, id, fields, seen: isShared ? digestOf(fields) : entry, at: timeOf(entry) }];
  });
}

const OPERATIONS: readonly RowOperation[] = ['insert', 'update', 'delete'];

/** What an entry says. Who writes entries without `withSkene` need not put the row in. */
function readEntry(pairs: readonly string[]): {
  operation?: RowOperation | undefined;
  id: string;
  row?: Fields | undefined;
} {
  const { operation, id = '', row } = toFields(pairs) ?? {};
  return { operation: OPERATIONS.find((known) => known === operation), id, row: readRow(row) };
}

/** What an entry says of the row; nothing where that is no JSON object, and the row itself has to say. */
function readRow(text = ''): Fields | undefined {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row !== 'object' || row === null) return undefined;
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
  } catch {
    return undefined;
  }
}

function timeOf(entry: string): number {
  return Number(entry.split('-')[0]);
}

function compareEntries(one: string, other: string): number {
  const [ms = 0, seq = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherSeq = 0] = other.split('-').map(Number);
  return ms - otherMs || seq - otherSeq;
}
