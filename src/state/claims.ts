import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/**
 * What has become of the run an event started: nobody had claimed it, QStash may have it, has it, or it has ended; or it must not start, as
 * its subject has been through the loop before, and was refused when the event came first.
 */
export type ClaimState = 'new' | 'starting' | 'started' | 'ended' | 'barred' | 'refused';

/** A run to claim. */
export interface EntryClaim {
  runId: string;
  /** Where its loop says that a subject may enter it once, or once in so many seconds. */
  entry?:
    | { loop: string; entry: string; subject: string; reentry: 'never' | { cooldown: number } }
    | undefined;
}

/** How long a claim is kept: longer than any sender goes on repeating an event, and than most runs take. */
const CLAIM_SECONDS = 90 * 86_400;

/** KEYS: claim and subject of each. ARGV: seconds, time, then run id, field and cooldown (ms; '' for no rule, 'never') of each. */
const CLAIM = `
local states = {}
local now = ARGV[2]
for index = 1, #KEYS / 2 do
  local key, subject = KEYS[2 * index - 1], KEYS[2 * index]
  local runId, field, cooldown = ARGV[3 * index], ARGV[3 * index + 1], ARGV[3 * index + 2]
  local state = redis.call('GET', key)
  if not state then
    state = 'new'
    if cooldown ~= '' then
      local at, entered = string.match(redis.call('HGET', subject, field) or '', '^(%d+):(.*)$')
      local isOver = not at or (cooldown ~= 'never' and tonumber(now) - tonumber(at) >= tonumber(cooldown))
      if isOver then redis.call('HSET', subject, field, now .. ':' .. runId)
      elseif entered ~= runId then state = 'barred' end
    end
    redis.call('SET', key, state == 'barred' and 'refused' or 'starting', 'EX', ARGV[1])
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
    /** Claims runs, in one round trip; the answer has the state of each before. @param now ms since the epoch. */
    async claim(runs: readonly EntryClaim[], now: number): Promise<ClaimState[]> {
      if (runs.length === 0) return [];
      const keysOf = ({ runId, entry }: EntryClaim) => [
        keys.claim(runId),
        keys.subject(entry?.subject ?? ''),
      ];
      const ruleOf = ({ runId, entry }: EntryClaim) => [
        runId,
        entry === undefined ? '' : `entered|${entry.loop}|${entry.entry}`,
        entry === undefined ? '' : cooldownOf(entry.reentry),
      ];
      return reachRedis(() =>
        redis.eval<string[], ClaimState[]>(CLAIM, runs.flatMap(keysOf), [
          String(CLAIM_SECONDS),
          String(now),
          ...runs.flatMap(ruleOf),
        ]),
      );
    },

    /** Says that QStash has accepted these runs, or that they have ended. */
    async settle(runIds: readonly string[], state: 'started' | 'ended'): Promise<void> {
      if (runIds.length === 0) return;
      await reachRedis(() => redis.eval(SETTLE, runIds.map(keys.claim), [String(CLAIM_SECONDS), state]));
    },
  };
}

function cooldownOf(reentry: NonNullable<EntryClaim['entry']>['reentry']): string {
  return reentry === 'never' ? reentry : String(reentry.cooldown * 1_000);
}
