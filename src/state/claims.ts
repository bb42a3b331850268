import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** What has become of the run an event started: nobody had claimed it, QStash may have it, has it, or it has ended. */
export type ClaimState = 'new' | 'starting' | 'started' | 'ended';

/** How long a claim is kept: longer than any sender goes on repeating an event, and than most runs take. */
const CLAIM_SECONDS = 90 * 86_400;

const CLAIM = `
local states = {}
for index, key in ipairs(KEYS) do
  local state = redis.call('GET', key)
  if not state then
    redis.call('SET', key, 'starting', 'EX', ARGV[1])
    state = 'new'
  end
  states[index] = state
end
return states`;

const SETTLE = `
for index, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= 'ended' then
    redis.call('SET', key, ARGV[2], 'EX', ARGV[1])
  end
end
return #KEYS`;

/**
 * Who may start a run. A claim is taken before QStash is asked and settled once it has accepted; only a settled one keeps a
 * repeated event from asking again, so that a crash in between loses nothing.
 */
export function createClaims(redis: Redis, keys: Keys) {
  return {
    /** Claims runs by id, in one round trip; the answer has the state of each before. */
    claim: (runIds: readonly string[]): Promise<ClaimState[]> =>
      runIds.length === 0
        ? Promise.resolve([])
        : reachRedis(() =>
            redis.eval<string[], ClaimState[]>(CLAIM, runIds.map(keys.claim), [String(CLAIM_SECONDS)]),
          ),

    /** Says that QStash has accepted these runs, or that they have ended. */
    async settle(runIds: readonly string[], state: 'started' | 'ended'): Promise<void> {
      if (runIds.length === 0) return;
      await reachRedis(() => redis.eval(SETTLE, runIds.map(keys.claim), [String(CLAIM_SECONDS), state]));
    },
  };
}
