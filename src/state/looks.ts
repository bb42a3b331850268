import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** Whose goals are looked for: a plan, by its loop and first step. */
export interface LookSite {
  loop: string;
  entry: string;
}

/** Who is to be looked at again, because no event may tell that they reached the goal of a loop. */
export function createLooks(redis: Redis, keys: Keys) {
  const keyOf = ({ loop, entry }: LookSite): string => keys.looks(loop, entry);

  return {
    /** Whose turn it is, those who have waited longest first. */
    due: (site: LookSite, { now, limit }: { now: number; limit: number }): Promise<string[]> =>
      reachRedis(() =>
        redis.zrange<string[]>(keyOf(site), '-inf', now, { byScore: true, offset: 0, count: limit }),
      ),

    /** Says when somebody is to be looked at next, ms since the epoch; where nothing is said, nobody looks again. */
    async postpone(
      site: LookSite,
      looks: ReadonlyArray<{ subject: string; next: number | undefined }>,
    ): Promise<void> {
      const over = looks.filter(({ next }) => next === undefined).map(({ subject }) => subject);
      const [first, ...others] = looks.flatMap(({ subject, next }) =>
        next === undefined ? [] : [{ score: next, member: subject }],
      );
      await reachRedis(async () => {
        if (over.length > 0) await redis.zrem(keyOf(site), ...over);
        if (first !== undefined) await redis.zadd(keyOf(site), { xx: true }, first, ...others);
      });
    },
  };
}
