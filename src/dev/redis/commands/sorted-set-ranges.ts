import { parseDouble } from '../numbers.ts';
import { RedisError } from '../reply.ts';
import type { Scored, SortedSet } from '../sorted-set.ts';

/** Ranks from the first up to but not including the second. */
export type RankRange = [start: number, end: number];

/** The ranks of the scores from `min` to `max`: numbers, `(1.5` without the bound itself, `-inf`, `+inf`. */
export function scoreRange(set: Pick<SortedSet, 'countWhile'>, min: string, max: string): RankRange {
  const [low, high] = [scoreBound(min), scoreBound(max)];
  const isBelow = ({ score }: Scored) => (low.open ? score <= low.at : score < low.at);
  const isUpTo = ({ score }: Scored) => (high.open ? score < high.at : score <= high.at);
  return [set.countWhile(isBelow), set.countWhile(isUpTo)];
}

function scoreBound(text: string): { at: number; open: boolean } {
  const open = text.startsWith('(');
  return { at: parseDouble(open ? text.slice(1) : text, 'min or max is not a float'), open };
}

/** The ranks of the members from `min` to `max`: `[a`, `(a`, `-` and `+`; for sets whose scores are all equal. */
export function lexRange(set: Pick<SortedSet, 'countWhile'>, min: string, max: string): RankRange {
  const [low, high] = [lexBound(min), lexBound(max)];
  return [
    set.countWhile(({ member }) => low.isAbove(member, true)),
    set.countWhile(({ member }) => high.isAbove(member, false)),
  ];
}

/** A bound that says whether it lies above a member; `isLower` for the bound below, which a closed range includes. */
function lexBound(text: string): { isAbove: (member: string, isLower: boolean) => boolean } {
  if (text === '-') return { isAbove: () => false };
  if (text === '+') return { isAbove: () => true };
  const [form, value] = [text[0], text.slice(1)];
  if (form !== '[' && form !== '(') throw new RedisError('ERR min or max not valid string range item');
  return {
    isAbove: (member, isLower) => {
      const includesEqual = isLower ? form === '(' : form === '[';
      return member < value || (includesEqual && member === value);
    },
  };
}
