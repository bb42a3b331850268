import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** How long it is remembered that somebody did something. */
const SIGHTING_SECONDS = 400 * 86_400;

/** When a subject was last seen to raise an event: what a condition on an event looks at before it waits. */
export function createSightings(redis: Redis, keys: Keys) {
  const field = (event: string): string => `seen|${event}`;
  return {
    /** Notes events with their data, in one round trip; of several with one name the last write stands. */
    async note(
      sightings: ReadonlyArray<{ subject: string; event: string; at: number; data: Record<string, unknown> }>,
    ): Promise<void> {
      if (sightings.length === 0) return;
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const { subject, event, at, data } of sightings) {
          pipeline.hset(keys.subject(subject), { [field(event)]: JSON.stringify({ at, data }) });
          pipeline.expire(keys.subject(subject), SIGHTING_SECONDS);
        }
        await pipeline.exec();
      });
    },
    /** The last such event of the subject: when (ms since the epoch) and with what data. */
    async last(
      subject: string,
      event: string,
    ): Promise<{ at: number; data: Record<string, unknown> } | undefined> {
      const text = await reachRedis(() => redis.hget<string>(keys.subject(subject), field(event)));
      return text === null ? undefined : (JSON.parse(text) as { at: number; data: Record<string, unknown> });
    },
  };
}
