import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** Keys that Redis looks through for one answer. */
const LOOKED_AT = 1_000;

/** Whose counters the gate has. */
export function createGateSubjects(redis: Redis, keys: Keys) {
  const prefix = keys.gate('');
  return {
    /** Their ids, some at a time and in no order; somebody may come twice, as Redis goes through its keys. */
    async *pages(): AsyncGenerator<string[]> {
      // What stands in brackets has a meaning in a pattern of Redis.
      const match = `${prefix.replace(/[[\]*?^\\]/g, '\\$&')}*`;
      let cursor = '0';
      do {
        const [next, found] = await reachRedis(() => redis.scan(cursor, { match, count: LOOKED_AT }));
        cursor = next;
        if (found.length > 0) yield found.map((key) => key.slice(prefix.length));
      } while (cursor !== '0');
    },
  };
}
