import {
  type Candidate,
  EPISODE_SECONDS,
  episodeField,
  type OpenPage,
  PAGE_SECONDS,
  type PageRules,
  type PageSite,
  readPage,
  trialField,
} from './audience-page.ts';
import { tombstoneOf } from './erasure.ts';
import type { Keys } from './keys.ts';
import { MAIL_CAPS } from './mail-caps.ts';
import { type Redis, reachRedis } from './redis.ts';

/**
 * Somebody's episode is `state:sweep:at:step:arm`. It lasts as long as every sweep meets them: who was not met by the last one has left
 * the audience since.
 *
 * KEYS: page, then subject, address and tombstone of each candidate. ARGV: a JSON header, then id, arm and bar of each.
 */
const CLAIM = `${MAIL_CAPS}
local known = redis.call('GET', KEYS[1])
if known then return {'open', known} end
local page = cjson.decode(ARGV[1])
local now, sweep = page.now, page.sweep

-- The step that is due, or nothing and why.
local function due(held)
  if not held then return 0 end
  local state, met, at, step = string.match(held, '^(%a+):(%d+):(%d+):(%d+)')
  met, at, step = tonumber(met), tonumber(at), tonumber(step)
  local reentry = page.reentry
  local mayAgain = met < sweep and (reentry == 'always' or (type(reentry) == 'table' and isOver(now, at, reentry.cooldown)))
  if met < sweep - 1 then
    if reentry == 'never' or (type(reentry) == 'table' and not mayAgain) then return nil, 'reentry' end
    return 0
  end
  if state == 'held' then return nil, 'held_out' end
  if state == 'sent' and page.delays[step + 2] then
    if isOver(now, at, page.delays[step + 2]) then return step + 1 end
    return nil, 'step not due'
  end
  if mayAgain then return 0 end
  return nil, 'episode'
end

local claimed, skipped, isNews = {}, {}, false
local function skip(id, outcome, reason, isNew) skipped[#skipped + 1] = {id, outcome, reason, isNew or ''} end

for index = 1, (#KEYS - 1) / 3 do
  local subject, address, tombstone = KEYS[3 * index - 1], KEYS[3 * index], KEYS[3 * index + 1]
  local id, arm, bar = ARGV[3 * index - 1], ARGV[3 * index], ARGV[3 * index + 1]
  local known = redis.call('HMGET', subject, page.field, 'mails', page.trialField)
  local held, mails = known[1], known[2] or ''
  local step, reason = due(held)
  local isReached = known[3] and string.find(known[3], '"w":', 1, true)
  if isReached and step and step > 0 then step, reason = nil, 'goal reached' end
  -- Who is met goes on with their episode, whatever becomes of the step; an episode that is over stays over.
  if held and (step or 1) > 0 and reason ~= 'reentry' then
    held = string.gsub(held, '^(%a+):%d+', '%1:' .. page.sweepText)
    if not page.isDry then redis.call('HSET', subject, page.field, held) end
  end
  local suppressed = redis.call('GET', address)
  if reason == 'held_out' then skip(id, 'held_out', 'held out')
  elseif not step then skip(id, 'skipped', reason)
  elseif redis.call('EXISTS', tombstone) == 1 then skip(id, 'suppressed', 'erased')
  elseif suppressed then skip(id, 'suppressed', suppressed)
  elseif bar == 'no address' then skip(id, 'suppressed', bar)
  elseif bar == 'quiet hours' then skip(id, 'skipped', bar)
  elseif isCapped(mails, page.caps, page.loop, now) then skip(id, 'skipped', 'frequency cap')
  elseif bar == 'held_out' and page.isDry then skip(id, 'held_out', 'held out', 'new')
  elseif bar == 'held_out' then
    redis.call('HSET', subject, page.field, 'held:' .. page.sweepText .. ':' .. page.nowText .. ':0:')
    redis.call('EXPIRE', subject, page.seconds)
    skip(id, 'held_out', 'held out', 'new')
    isNews = true
  else
    local chosen = arm
    if step > 0 then chosen = string.match(held, '^%a+:%d+:%d+:%d+:(.*)$') end
    local text = string.format('%d', step)
    local entry = 'sending:' .. page.sweepText .. ':' .. page.nowText .. ':' .. text .. ':' .. chosen
    if not page.isDry then
      redis.call('HSET', subject, page.field, entry, 'mails', withMail(mails, page.loop, now, page.nowText))
      redis.call('EXPIRE', subject, page.seconds)
    end
    claimed[#claimed + 1] = {id, text, chosen, held or ''}
  end
end
local record = cjson.encode({claimed = claimed, skipped = skipped, last = page.last, at = page.startedAt})
if not page.isDry and (isNews or #claimed > 0) then redis.call('SET', KEYS[1], record, 'EX', page.keep) end
return {'claimed', record}`;

/**
 * Decides whom a page may mail, and claims them, in one round trip; or answers with the page as it was claimed before.
 * @param options.isDry decides the same and writes nothing.
 */
export function createPageClaim(redis: Redis, keys: Keys, { isDry = false } = {}) {
  return async (
    { pass, place, id, now }: PageSite,
    candidates: readonly Candidate[],
    { rules, delays, last }: PageRules & { last: string },
  ): Promise<{ isNew: boolean; page: OpenPage }> => {
    const header = {
      now: pass.at,
      nowText: String(pass.at),
      startedAt: now,
      sweep: place.sweep,
      sweepText: String(place.sweep),
      loop: pass.loop,
      field: episodeField(pass),
      trialField: trialField(pass),
      reentry: rules.reentry,
      caps: rules.caps,
      delays,
      last,
      seconds: EPISODE_SECONDS,
      keep: PAGE_SECONDS,
      isDry,
    };
    const keysOf = ({ subject, addressKey }: Candidate) => [
      keys.subject(subject),
      keys.suppressed(addressKey),
      tombstoneOf(keys, subject),
    ];
    const [state, text] = await reachRedis(() =>
      redis.eval<string[], [string, string]>(
        CLAIM,
        [keys.page(id), ...candidates.flatMap(keysOf)],
        [JSON.stringify(header), ...candidates.flatMap(({ subject, arm, bar = '' }) => [subject, arm, bar])],
      ),
    );
    return { isNew: state === 'claimed', page: readPage(text) };
  };
}
