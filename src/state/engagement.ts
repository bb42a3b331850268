import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';
import { dayOf } from './run-log.ts';

/** Something that became of one of the emails that a pass has sent. */
export interface EmailNews {
  /** The run that sent it. */
  runId: string;
  loop: string;
  step: string;
  /** To whom: the address, hashed. */
  addressKey: string;
  outcome: string;
  /** Ms since the epoch. */
  at: number;
}

/** Longer than anybody opens what they were sent, but for a few. */
const ENGAGED_SECONDS = 40 * 86_400;

/** KEYS: set, counters. ARGV: member, seconds, outcome. */
const NOTE = `
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
return 1`;

/** What became of the emails of passes: a run of one subject has a record of its own, these are too many. */
export function createEngagement(redis: Redis, keys: Keys) {
  return {
    /** Counts what became of an email, once; answers whether it was news. */
    async note({ runId, loop, step, addressKey, outcome, at }: EmailNews): Promise<boolean> {
      const isNews = await reachRedis(() =>
        redis.eval<string[], number>(
          NOTE,
          [keys.engaged(runId), keys.counters(loop, dayOf(at))],
          [`${outcome}|${step}|${addressKey}`, String(ENGAGED_SECONDS), outcome],
        ),
      );
      return Number(isNews) === 1;
    },
  };
}
