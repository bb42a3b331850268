import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';
import { dayOf } from './run-log.ts';

/** What went before a subscription: an email that asked for it, a refusal at the limit without one, or neither. */
export type Attribution = 'prompt' | 'block' | 'neither';

/** What a loop did that may lead to a subscription. */
type Touch = Exclude<Attribution, 'neither'>;

/** Somebody began to pay, or to pay more. */
export interface Conversion {
  /** The id of the event that told so: told again, it counts nothing. */
  id: string;
  loop: string;
  subject: string;
  /** Ms since the epoch. */
  at: number;
  /** How long before it a touch counts, in seconds. */
  within: number;
  /** Whether it counts where the loop did nothing. */
  countsAlone: boolean;
}

/** How long touches and conversions are remembered, since the last of either. */
const SECONDS = 400 * 86_400;
const COUNTER_SECONDS = 800 * 86_400;

/**
 * KEYS: subject, counters. ARGV: field of the conversion, of the last one, of the prompt and of the block, since, whether it counts alone,
 * seconds (2). What led to one conversion leads to no other.
 */
const NOTE = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return known end
local touches = redis.call('HMGET', KEYS[1], ARGV[3], ARGV[4])
local function counts(at) return at and tonumber(at) >= tonumber(ARGV[5]) end
local by = counts(touches[1]) and 'prompt' or counts(touches[2]) and 'block' or 'neither'
if by == 'neither' and ARGV[6] == '0' then return by end
redis.call('HSET', KEYS[1], ARGV[1], by, ARGV[2], by)
redis.call('HDEL', KEYS[1], ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('HINCRBY', KEYS[2], 'conversion.' .. by, 1)
redis.call('EXPIRE', KEYS[2], ARGV[8])
return by`;

/** Who came to pay, and what their loop had done before. */
export function createConversions(redis: Redis, keys: Keys) {
  const touchField = (loop: string, touch: Touch): string => `touch|${loop}|${touch}`;

  return {
    /** Notes when a loop last stopped somebody, or wrote to them. */
    async touch(subject: string, loop: string, { touch, at }: { touch: Touch; at: number }): Promise<void> {
      await reachRedis(() =>
        redis
          .pipeline()
          .hset(keys.subject(subject), { [touchField(loop, touch)]: String(at) })
          .expire(keys.subject(subject), SECONDS)
          .exec(),
      );
    },

    /** Counts a conversion, once, by what went before it: `conversion.prompt`, `.block` or `.neither` of the loop's day. */
    async note({ id, loop, subject, at, within, countsAlone }: Conversion): Promise<Attribution> {
      return reachRedis(() =>
        redis.eval<string[], Attribution>(
          NOTE,
          [keys.subject(subject), keys.counters(loop, dayOf(at))],
          [
            `converted|${loop}|${id}`,
            `converted|${loop}`,
            touchField(loop, 'prompt'),
            touchField(loop, 'block'),
            String(at - within * 1000),
            countsAlone ? '1' : '0',
            String(SECONDS),
            String(COUNTER_SECONDS),
          ],
        ),
      );
    },

    /** What went before the last conversion of a subject; `undefined` where none counted. */
    async last(subject: string, loop: string): Promise<Attribution | undefined> {
      const by = await reachRedis(() => redis.hget<Attribution>(keys.subject(subject), `converted|${loop}`));
      return by ?? undefined;
    },
  };
}
