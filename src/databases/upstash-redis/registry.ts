import { isSkeneError } from '../../errors/index.ts';
import {
  hasOwnIndex,
  type TableLayout,
  WATCHED_TABLES,
  type WatchedTable,
  watchedTable,
} from '../../hashes/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { RedisClient } from './client.ts';

/** The columns of a watch of which `withSkene` keeps an index: those rows are looked up by and that the application keeps none of. */
export function keptIndexes({ lookups = [] }: Watch, layout: TableLayout): string[] {
  return lookups.filter((column) => !hasOwnIndex(layout, column));
}

/** What is believed to be registered is looked at again after this: somebody may have emptied the database. */
const FRESH_MS = 60_000;

/** Tells the writers of a table what to write down, once a minute. What another deployment needs stays. */
export function createRegistry(
  client: RedisClient,
  now: () => number,
): (watch: Watch, layout: TableLayout) => Promise<void> {
  const registered = new Map<string, number>();
  return async (watch, layout) => {
    const wanted = {
      operations: [...new Set(watch.changes.map(({ operation }) => operation))],
      indexes: keptIndexes(watch, layout),
    };
    const name = JSON.stringify([layout, wanted]);
    if (now() - (registered.get(name) ?? Number.NEGATIVE_INFINITY) < FRESH_MS) return;
    const [kept] = await client.ask((pipeline) => pipeline.hget(WATCHED_TABLES, layout.key));
    const known = typeof kept === 'string' ? (JSON.parse(kept) as WatchedTable) : undefined;
    const union = (one: readonly string[] = [], other: readonly string[]) =>
      [...new Set([...one, ...other])].sort();
    const next = JSON.stringify(
      watchedTable(layout, {
        operations: union(known?.operations, wanted.operations),
        indexes: union(known?.indexes, wanted.indexes),
      }),
    );
    if (next !== kept) await client.ask((pipeline) => pipeline.hset(WATCHED_TABLES, { [layout.key]: next }));
    registered.set(name, now());
  };
}

/** Does what needs to write keys of Skene's own. Where the token may only read, nothing is done. */
export async function whereWritable(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const mayOnlyRead = isSkeneError(error, 'QUERY_FAILED') && /NOPERM/.test(error.message);
    if (!mayOnlyRead) throw error;
  }
}
