import { episodeField, historyField } from './audience-page.ts';
import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** What became of a subject in an audience, and from when to when (ms since the epoch) nothing else did. */
export interface HistoryEntry {
  from: number;
  to: number;
  /** At how many looks in a row. */
  times: number;
  outcome: string;
  reason: string;
}

/** Where a subject stands with an audience. */
export interface AudienceStanding {
  loop: string;
  entry: string;
  /** The oldest first; the last few only. */
  history: HistoryEntry[];
  /** What they were last claimed or held out for: the step from 0, the variant, and when its tick was due. */
  episode?: { state: 'sending' | 'sent' | 'held'; at: number; step: number; arm: string } | undefined;
}

/** How many entries are kept of each subject. */
const MOST_ENTRIES = 8;

/** Lua: adds a line `from to times outcome reason` to a history, or lengthens its last. A reason has no line break. */
export const NOTE_HISTORY = `
local function noteHistory(subject, field, now, outcome, reason)
  local lines = {}
  for line in string.gmatch(redis.call('HGET', subject, field) or '', '[^\\n]+') do lines[#lines + 1] = line end
  local from, times, same = string.match(lines[#lines] or '', '^(%d+) %d+ (%d+) (.*)$')
  if same == outcome .. ' ' .. reason then
    lines[#lines] = from .. ' ' .. now .. ' ' .. string.format('%d', tonumber(times) + 1) .. ' ' .. same
  else
    lines[#lines + 1] = now .. ' ' .. now .. ' 1 ' .. outcome .. ' ' .. reason
  end
  while #lines > ${MOST_ENTRIES} do table.remove(lines, 1) end
  redis.call('HSET', subject, field, table.concat(lines, '\\n'))
end
`;

/** What audiences' passes came to for a subject: why they were mailed, or not. */
export function createHistory(redis: Redis, keys: Keys) {
  return {
    /** Where a subject stands with every audience that has met them. */
    async of(subject: string): Promise<AudienceStanding[]> {
      const reply = await reachRedis(
        async () => (await redis.hgetall(keys.subject(subject))) as unknown as string[] | null,
      );
      const fields = new Map<string, string>();
      for (const [index, name] of (reply ?? []).entries())
        if (index % 2 === 0) fields.set(name, reply?.[index + 1] ?? '');
      return [...fields].flatMap(([field, text]) => {
        const [kind, loop = '', entry = ''] = field.split('|');
        if (field !== historyField({ loop, entry }) || kind === undefined) return [];
        return [
          {
            loop,
            entry,
            history: readHistory(text),
            episode: readEpisode(fields.get(episodeField({ loop, entry }))),
          },
        ];
      });
    },
  };
}

function readHistory(text: string): HistoryEntry[] {
  return text.split('\n').map((line) => {
    const [from, to, times, outcome = '', ...reason] = line.split(' ');
    return { from: Number(from), to: Number(to), times: Number(times), outcome, reason: reason.join(' ') };
  });
}

function readEpisode(text: string | undefined): AudienceStanding['episode'] {
  if (text === undefined) return undefined;
  const [state, , at, step, ...arm] = text.split(':');
  return {
    state: state as 'sending' | 'sent' | 'held',
    at: Number(at),
    step: Number(step),
    arm: arm.join(':'),
  };
}
