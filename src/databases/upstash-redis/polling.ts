import { INDEX_PROGRESS, streamKey, type TableLayout } from '../../hashes/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { Backlog, PolledPage, Polling, PollingCheck } from '../database.ts';
import type { PollingPace } from '../polling-pace.ts';
import { type FoundChange, toChanges } from './changes.ts';
import type { RedisClient } from './client.ts';
import { isComplete } from './index-progress.ts';
import { createIndexing } from './indexing.ts';
import { beginOrder, type OrderPlace, orderBacklog, orderKeys, orderPage } from './ordering.ts';
import { createRegistry, keptIndexes, whereWritable } from './registry.ts';
import { beginScan, type ScanPlace, scanPage } from './scanning.ts';
import { lastEntry, readStream, type StreamPlace, streamBacklog } from './streaming.ts';

/** What the cursor's text is made of. */
type Place = StreamPlace | ((ScanPlace | OrderPlace) & Leaving);

/** On the way from reading rows themselves to reading the stream. */
interface Leaving {
  /** When it was first met that there is a stream, ms since the epoch. */
  metAt?: number | undefined;
  /** Whether this pass over the rows is the last. */
  isLast?: boolean | undefined;
}

interface Page<TPlace = Place> {
  found: FoundChange[];
  place: TPlace;
  isLast: boolean;
}

/** A page of rows that were looked at themselves. */
type RowPage = Page<ScanPlace | OrderPlace>;

const USUAL_OVERLAP_MS = 30_000;

/**
 * Finds changed rows in the stream that `withSkene` appends to; where nobody appends yet, by a sorted set that the application keeps, or by
 * looking at every key. Once there is a stream, rows are still looked at themselves until every writer that does not append may be taken
 * to be gone: for the overlap, and one pass more.
 */
export function createPolling(
  client: RedisClient,
  layoutOf: (table: string) => TableLayout,
  pace: PollingPace = {},
): Polling {
  const { overlapMs = USUAL_OVERLAP_MS, now = Date.now } = pace;
  const register = createRegistry(client, now);
  const index = createIndexing(client, { overlapMs, now });

  async function begin(watch: Watch, layout: TableLayout): Promise<Place> {
    const last = await lastEntry(client, watch.table);
    if (last !== undefined) return { type: 'stream', after: last };
    const keys = orderKeys(watch, layout);
    return isEmpty(keys) ? beginScan(now()) : beginOrder(client, keys);
  }

  async function readPage(watch: Watch, place: Place, limit: number): Promise<Page> {
    const layout = layoutOf(watch.table);
    if (place.type === 'stream') return readStream(client, { layout, place, limit });
    const keys = orderKeys(watch, layout);
    // The config names no sorted set any more.
    if (place.type === 'order' && isEmpty(keys)) return { found: [], place: beginScan(now()), isLast: false };
    const { metAt, isLast } = await leave(watch.table, place);
    const page: RowPage =
      place.type === 'scan'
        ? await scanPage(client, { watch, layout, place, limit, now })
        : await orderPage(client, { layout, keys, place, limit, overlapMs, now });
    if (!page.isLast || !isLast) return { ...page, place: { ...page.place, metAt, isLast } };
    // There was no stream when watching began, so all of it is news.
    const shared = await lastEntry(client, watch.table);
    return { ...page, place: { type: 'stream', after: '0-0', shared }, isLast: false };
  }

  /** Looks, before a pass begins, whether a stream has come up, and whether this is the last pass before it is read. */
  async function leave(table: string, place: (ScanPlace | OrderPlace) & Leaving): Promise<Leaving> {
    const isBetweenPasses =
      place.type === 'scan' ? place.at === '0' && now() >= place.next : place.turn === undefined;
    if (place.isLast || !isBetweenPasses) return place;
    if ((await lastEntry(client, table)) === undefined) return {};
    const metAt = place.metAt ?? now();
    return { metAt, isLast: now() - metAt >= overlapMs };
  }

  return {
    async next(watch, { cursor, limit }): Promise<PolledPage> {
      const layout = layoutOf(watch.table);
      await whereWritable(() => register(watch, layout));
      if (cursor === undefined) {
        const place = await begin(watch, layout);
        // What there is is met at once: the longer that took, the more would be taken for old.
        return { changes: [], cursor: JSON.stringify(place), isLast: place.type !== 'scan' };
      }
      const { found, place, isLast } = await readPage(watch, JSON.parse(cursor) as Place, limit);
      if (isLast && (place.type === 'stream' || place.metAt !== undefined))
        await whereWritable(() => index(layout, keptIndexes(watch, layout)));
      return { changes: toChanges(found, watch, layout), cursor: JSON.stringify(place), isLast };
    },

    async check(watch): Promise<PollingCheck> {
      const layout = layoutOf(watch.table);
      const hasStream = (await lastEntry(client, watch.table)) !== undefined;
      const advice = await indexAdvice(client, watch, layout);
      if (hasStream)
        return {
          found: `${operationsOf(watch)} by the stream ${streamKey(watch.table)}`,
          refused: [],
          advice,
        };
      const keys = orderKeys(watch, layout);
      const ordered = keys.insert ?? keys.update;
      return {
        found:
          ordered === undefined
            ? `${operationsOf(watch)} by looking at every key`
            : `${operationsOf(watch)} by ${ordered}`,
        refused: refusedOf(watch, {
          ordered,
          hasUpdates: keys.update !== undefined || ordered === undefined,
        }),
        advice: [
          ...advice,
          `Nobody appends to ${streamKey(watch.table)} yet: wrap the application's client with withSkene() of @skene/sdk/upstash-redis, and changes are told as they are made.`,
        ],
      };
    },

    async backlog(watch, cursor): Promise<Backlog> {
      const place = JSON.parse(cursor) as Place;
      if (place.type === 'stream') return streamBacklog(client, watch.table, place.after);
      if (place.type === 'scan') return { rows: 0 };
      return orderBacklog(client, orderKeys(watch, layoutOf(watch.table)), place);
    },
  };
}

function isEmpty(keys: object): boolean {
  return Object.keys(keys).length === 0;
}

function operationsOf({ changes }: Watch): string {
  return [...new Set(changes.map(({ operation }) => `${operation}s`))].join(' and ');
}

function refusedOf(
  { table, changes }: Watch,
  { ordered, hasUpdates }: { ordered: string | undefined; hasUpdates: boolean },
): PollingCheck['refused'] {
  const hint = "Wrap the application's client with withSkene() of @skene/sdk/upstash-redis.";
  const refused: PollingCheck['refused'] = [];
  if (changes.some(({ operation }) => operation === 'delete'))
    refused.push({
      operation: 'delete',
      reason: `Deletes of ${table} are only told by its stream, and there is none.`,
      hint,
    });
  if (changes.some(({ operation }) => operation === 'update') && !hasUpdates)
    refused.push({
      operation: 'update',
      reason: `Updates of ${table} cannot be found by ${ordered}, which is scored by when rows were made.`,
      hint: `${hint} Or keep a sorted set scored by when rows change, and name it: tables: { ${table}: { index: { updated_at: '…' } } }.`,
    });
  return refused;
}

async function indexAdvice(client: RedisClient, watch: Watch, layout: TableLayout): Promise<string[]> {
  const columns = keptIndexes(watch, layout);
  if (columns.length === 0) return [];
  const [progress] = await client.ask((pipeline) =>
    pipeline.hmget(INDEX_PROGRESS, ...columns.map((column) => `${layout.table}.${column}`)),
  );
  return columns
    .filter((_, at) => !isComplete((progress as unknown[])[at]))
    .map(
      (column) =>
        `The index of ${layout.table} by ${column} is not complete: every key is looked at to find rows by it.`,
    );
}
