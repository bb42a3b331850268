import { INDEX_PROGRESS, indexKey, rowKey, type TableLayout } from '../../hashes/index.ts';
import type { RedisClient } from './client.ts';
import { type IndexProgress, readProgress } from './index-progress.ts';
import { scanIds } from './rows.ts';

/** How an index comes to be complete. */
export interface IndexingPace {
  /** How long rows may still be written by who does not keep the index, once others do, in ms. */
  overlapMs: number;
  now: () => number;
}

/** An index that is complete is looked at again after this: somebody may have emptied the database. */
const FRESH_MS = 60_000;

/** Pages of SCAN per call, some thousands of rows: the next poll goes on. */
const MOST_PAGES = 20;

/**
 * Puts the rows that were there before `withSkene` into its indexes, a part at each call. To be called once writers are known to keep
 * them; it begins after the overlap, when the last writer that does not has been replaced.
 */
export function createIndexing(client: RedisClient, { overlapMs, now }: IndexingPace) {
  const complete = new Map<string, number>();

  async function advance(layout: TableLayout, column: string): Promise<void> {
    const name = `${layout.table}.${column}`;
    const keep = (progress: IndexProgress) =>
      client.ask((pipeline) => pipeline.hset(INDEX_PROGRESS, { [name]: JSON.stringify(progress) }));
    const [kept] = await client.ask((pipeline) => pipeline.hget(INDEX_PROGRESS, name));
    const progress = readProgress(kept);
    if (progress === undefined) await keep({ knownAt: now(), at: '0' });
    let { knownAt, at } = progress ?? { knownAt: now(), at: '0' };
    if (at !== undefined && now() - knownAt < overlapMs) return;
    for (let page = 0; page < MOST_PAGES && at !== undefined; page += 1) {
      at = await indexPage(layout, column, at);
      await keep({ knownAt, at });
    }
    if (at === undefined) complete.set(name, now());
  }

  async function indexPage(layout: TableLayout, column: string, at: string): Promise<string | undefined> {
    const { ids, cursor } = await scanIds(client, { layout, cursor: at });
    if (ids.length > 0) {
      const values = await client.ask(
        (pipeline) => void ids.map((id) => pipeline.hget(rowKey(layout, id), column)),
      );
      const entries = ids.flatMap((id, index) =>
        typeof values[index] === 'string' ? [[id, values[index]] as const] : [],
      );
      if (entries.length > 0)
        await client.ask(
          (pipeline) => void entries.map(([id, value]) => pipeline.sadd(indexKey(layout, column, value), id)),
        );
    }
    return cursor === '0' ? undefined : cursor;
  }

  return async (layout: TableLayout, columns: readonly string[]): Promise<void> => {
    for (const column of columns) {
      const seenAt = complete.get(`${layout.table}.${column}`) ?? Number.NEGATIVE_INFINITY;
      if (now() - seenAt >= FRESH_MS) await advance(layout, column);
    }
  };
}
