import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** Which audience a sweep goes over. */
export interface Audience {
  loop: string;
  entry: string;
}

/** A pass: what one tick asked for. */
export interface Pass extends Audience {
  /** The tick's id. */
  id: string;
  /** When it was due, ms since the epoch: of two passes, the later one carries on. */
  at: number;
  /** The sweep whose subjects are to be looked at again: some of them could not be mailed at the hour. */
  again?: number | undefined;
}

/** Where a sweep stands. */
export interface Place {
  /** Of the sweep: each goes over the whole audience once, in as many passes as it takes. */
  sweep: number;
  /** Of the walk over the audience: a sweep that is made again walks anew. */
  walk: number;
  /** The last id that was dealt with; `undefined` at the start. */
  cursor: string | undefined;
}

/** What {@link createSweeps.begin} answers: where to go on, that the pass has done its work, or that a later one took over. */
export type Beginning = { place: Place } | { ended: 'done' | 'superseded' };

/**
 * KEYS: sweep. ARGV: pass, its time, the sweep to make again or ''.
 * `own` says that the open walk was begun by this pass: one that it found unfinished is finished first, and then its own made.
 */
const BEGIN = `
local get = function(field) return redis.call('HGET', KEYS[1], field) end
local number, walk = tonumber(get('sweep') or '0'), tonumber(get('walk') or '0')
local isOpen = get('open') == '1'
if get('pass') ~= ARGV[1] then
  local isLate = tonumber(get('at') or '-1') > tonumber(ARGV[2])
  if isLate or (ARGV[3] ~= '' and (isOpen or ARGV[3] ~= tostring(number))) then return {'superseded'} end
  redis.call('HSET', KEYS[1], 'pass', ARGV[1], 'at', ARGV[2], 'own', '0')
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if field == 'quiet' or field == 'pages' or string.sub(field, 1, 6) == 'count|' then redis.call('HDEL', KEYS[1], field) end
  end
end
if not isOpen then
  if get('own') == '1' then return {'done'} end
  if ARGV[3] == '' then number = number + 1 end
  walk = walk + 1
  redis.call('HSET', KEYS[1], 'sweep', number, 'walk', walk, 'cursor', '', 'open', '1', 'own', '1')
end
return {'open', number, walk, get('cursor')}`;

/** What a pass came to. */
export interface PassResult {
  sweep: number;
  /** The pass it is about: the one that was begun last. */
  pass: string;
  /** How many pages of the audience it has dealt with. */
  pages: number;
  counts: Record<string, number>;
  quietUntil?: number | undefined;
}

/** How far audiences have been gone over. */
export function createSweeps(redis: Redis, keys: Keys) {
  return {
    /** Begins a pass or goes on with it: where its sweep stands. Asking again changes nothing. */
    async begin({ loop, entry, id, at, again }: Pass): Promise<Beginning> {
      const [state, sweep, walk, cursor] = await reachRedis(() =>
        redis.eval<string[], [string, number, number, string]>(
          BEGIN,
          [keys.sweep(loop, entry)],
          [id, String(at), again === undefined ? '' : String(again)],
        ),
      );
      if (state === 'done' || state === 'superseded') return { ended: state };
      return {
        place: { sweep: Number(sweep), walk: Number(walk), cursor: cursor === '' ? undefined : cursor },
      };
    },

    /** What the pass that was begun last came to: how often each outcome happened, and when the first of those in their quiet hours can be mailed. */
    async result({ loop, entry }: Audience): Promise<PassResult> {
      const reply = await reachRedis(
        async () => (await redis.hgetall(keys.sweep(loop, entry))) as unknown as string[] | null,
      );
      const result: PassResult = { sweep: 0, pass: '', pages: 0, counts: {} };
      for (const [index, field] of (reply ?? []).entries()) {
        if (index % 2 === 1) continue;
        const text = reply?.[index + 1] ?? '';
        const value = Number(text);
        if (field === 'pass') result.pass = text;
        if (field === 'pages') result.pages = value;
        if (field.startsWith('count|')) result.counts[field.slice('count|'.length)] = value;
        if (field === 'quiet') result.quietUntil = value;
        if (field === 'sweep') result.sweep = value;
      }
      return result;
    },
  };
}
