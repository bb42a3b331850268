import {
  EPISODE_SECONDS,
  episodeField,
  historyField,
  type OpenPage,
  type PageEnd,
  type PageFact,
  type PageSite,
} from './audience-page.ts';
import { NOTE_HISTORY } from './history.ts';
import type { Keys } from './keys.ts';
import { MAIL_CAPS } from './mail-caps.ts';
import { type Redis, reachRedis } from './redis.ts';
import { dayOf, WITH_REASON } from './run-log.ts';

const COUNTER_SECONDS = 800 * 86_400;

/** Puts an episode in its place ('' for none, '-' for taking it away), and strikes a mail. */
const PUT = `${MAIL_CAPS}
local function put(subject, field, episode, struck)
  if episode == '-' then redis.call('HDEL', subject, field)
  elseif episode ~= '' then redis.call('HSET', subject, field, episode) end
  if struck == '' then return end
  redis.call('HSET', subject, 'mails', withoutMail(redis.call('HGET', subject, 'mails') or '', struck))
end
`;

/** KEYS: page, then the subject of each claim. ARGV: field, then for each the episode to put back and the mail to strike. */
const WITHDRAW = `${PUT}
redis.call('DEL', KEYS[1])
for index = 1, #KEYS - 1 do put(KEYS[index + 1], ARGV[1], ARGV[2 * index], ARGV[2 * index + 1]) end
return 1`;

/**
 * KEYS: sweep, page, counters, then the subject of each fact. ARGV: a JSON header, then for each: outcome, reason, the episode to put in
 * place and the mail to strike.
 */
const SETTLE = `${PUT}${NOTE_HISTORY}
local page = cjson.decode(ARGV[1])
local sweep = redis.call('HMGET', KEYS[1], 'pass', 'walk', 'cursor')
if sweep[1] ~= page.pass or sweep[2] ~= page.walk or sweep[3] ~= page.cursor then return 0 end
redis.call('HSET', KEYS[1], 'cursor', page.last, 'open', page.open)
redis.call('HINCRBY', KEYS[1], 'pages', 1)
local quiet = tonumber(redis.call('HGET', KEYS[1], 'quiet') or '')
if page.quietUntil and (not quiet or page.quietUntil < quiet) then
  redis.call('HSET', KEYS[1], 'quiet', page.quietText)
end
redis.call('DEL', KEYS[2])
for outcome, count in pairs(page.counts) do
  redis.call('HINCRBY', KEYS[1], 'count|' .. outcome, count)
  redis.call('HINCRBY', KEYS[3], outcome, count)
end
for reason, count in pairs(page.reasons) do redis.call('HINCRBY', KEYS[3], reason, count) end
redis.call('EXPIRE', KEYS[3], page.counterSeconds)
for index = 1, #KEYS - 3 do
  local subject = KEYS[3 + index]
  local outcome, reason, episode, struck = ARGV[4 * index - 2], ARGV[4 * index - 1], ARGV[4 * index], ARGV[4 * index + 1]
  noteHistory(subject, page.historyField, page.nowText, outcome, reason)
  put(subject, page.field, episode, struck)
  redis.call('EXPIRE', subject, page.seconds, 'NX')
end
return 1`;

/** What ends a page that was claimed. */
export function createPageSettling(redis: Redis, keys: Keys) {
  return {
    /** Gives the claims of a page back: certainly nothing of it was sent. The sweep stays where it is. */
    async withdraw(site: PageSite, { claimed }: OpenPage): Promise<void> {
      const putBack = claimed.flatMap((claim) =>
        episodeAfter({ claim: { claimed: claim, stands: false } }, site),
      );
      await reachRedis(() =>
        redis.eval(
          WITHDRAW,
          [keys.page(site.id), ...claimed.map(({ subject }) => keys.subject(subject))],
          [episodeField(site.pass), ...putBack],
        ),
      );
    },

    /**
     * Writes down what became of a page and moves the sweep behind it, all or nothing and once. Answers whether this was news: another
     * attempt may have been faster.
     */
    async settle(
      site: PageSite,
      facts: readonly PageFact[],
      { last, isLast, quietUntil }: PageEnd,
    ): Promise<boolean> {
      const { pass, place, id, now } = site;
      const header = {
        pass: pass.id,
        walk: String(place.walk),
        cursor: place.cursor ?? '',
        last,
        open: isLast ? '0' : '1',
        quietUntil,
        quietText: String(quietUntil),
        counts: countsOf(facts.flatMap(({ outcome, isOld }) => (isOld ? [] : [outcome]))),
        reasons: countsOf(facts.filter(hasReason).map(({ outcome, reason }) => `${outcome}|${reason}`)),
        field: episodeField(pass),
        historyField: historyField(pass),
        nowText: String(now),
        counterSeconds: COUNTER_SECONDS,
        seconds: EPISODE_SECONDS,
      };
      // Of who was erased nothing is written down again.
      const told = facts.filter(({ reason }) => reason !== 'erased');
      const settled = await reachRedis(() =>
        redis.eval<string[], number>(
          SETTLE,
          [
            keys.sweep(pass.loop, pass.entry),
            keys.page(id),
            keys.counters(pass.loop, dayOf(now)),
            ...told.map(({ subject }) => keys.subject(subject)),
          ],
          [
            JSON.stringify(header),
            ...told.flatMap((fact) => [fact.outcome, onOneLine(fact.reason), ...episodeAfter(fact, site)]),
          ],
        ),
      );
      return Number(settled) === 1;
    },
  };
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function hasReason({ outcome, reason }: PageFact): boolean {
  return reason !== '' && WITH_REASON.includes(outcome);
}

/** The episode to put in place after a fact, and the mail to strike from the caps. */
function episodeAfter(
  { claim }: Pick<PageFact, 'claim'>,
  { pass, place }: Pick<PageSite, 'pass' | 'place'>,
): string[] {
  if (claim === undefined) return ['', ''];
  const { step, arm, before } = claim.claimed;
  if (claim.stands) return [`sent:${place.sweep}:${pass.at}:${step}:${arm}`, ''];
  const struck = `${pass.at}:${pass.loop}`;
  const [state, met = '0', ...rest] = before.split(':');
  if (before === '') return ['-', struck];
  // An episode that goes on was met by this sweep as well; one that was over stays over.
  const goesOn = Number(met) >= place.sweep - 1;
  return [goesOn ? [state, place.sweep, ...rest].join(':') : before, struck];
}

function onOneLine(reason: string): string {
  return reason.replace(/\s+/g, ' ').slice(0, 300);
}
