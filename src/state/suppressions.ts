import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** Why an address must not be mailed. */
export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complained' | 'erased' | 'manual';

/** The addresses that must not be mailed, as hashes: the list holds no address. */
export function createSuppressions(redis: Redis, keys: Keys) {
  return {
    /** Suppresses an address for good. */
    async add(addressKey: string, reason: SuppressionReason): Promise<void> {
      await reachRedis(() => redis.set(keys.suppressed(addressKey), reason));
    },
    /** Why the address is suppressed, or `undefined`. */
    async find(addressKey: string): Promise<SuppressionReason | undefined> {
      return (await reachRedis(() => redis.get<SuppressionReason>(keys.suppressed(addressKey)))) ?? undefined;
    },
    /** Lets an address be mailed again. */
    async remove(addressKey: string): Promise<void> {
      await reachRedis(() => redis.del(keys.suppressed(addressKey)));
    },
  };
}
