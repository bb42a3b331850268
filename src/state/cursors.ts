import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** How far something has been read. */
export interface KeptCursor {
  cursor: string;
  /** When it was last kept, ms since the epoch. */
  at: number;
}

/** How far databases that are polled have been read. A cursor is only kept once QStash has accepted what was read up to it. */
export function createCursors(redis: Redis, keys: Keys) {
  return {
    /** The cursor of `key`, if there is one. */
    async get(key: string): Promise<KeptCursor | undefined> {
      const text = await reachRedis(() => redis.hget<string>(keys.cursors(), key));
      return text === null ? undefined : (JSON.parse(text) as KeptCursor);
    },
    /** Keeps a cursor. Of two that are kept at once either may stay: what one does not cover is read again. */
    async set(key: string, cursor: string, at: number): Promise<void> {
      await reachRedis(() => redis.hset(keys.cursors(), { [key]: JSON.stringify({ cursor, at }) }));
    },
  };
}
