import { RedisError, type Reply } from '../reply.ts';

/** A collection that SRANDMEMBER, HRANDFIELD or ZRANDMEMBER picks from. */
export interface Pickable<TItem> {
  readonly size: number;
  random(): TItem | undefined;
  all(): Iterable<TItem>;
  keyOf(item: TItem): string;
}

const MOST_REPETITIONS = 2 ** 31;

/**
 * Picks at random: `count` different elements (all of them when there are fewer), or, for a negative count, that many
 * picks that may repeat.
 */
export function pick<TItem>(from: Pickable<TItem>, count: number): TItem[] {
  if (count < -MOST_REPETITIONS) throw new RedisError('ERR value is out of range');
  if (count < 0) return Array.from({ length: -count }, () => from.random() as TItem);
  if (count >= from.size) return [...from.all()];
  // Drawing until enough differ is slow when nearly all are wanted: then draw the few to leave out.
  const leaveOut = count > from.size / 2;
  const drawn = new Map<string, TItem>();
  while (drawn.size < (leaveOut ? from.size - count : count)) {
    const item = from.random() as TItem;
    drawn.set(from.keyOf(item), item);
  }
  return leaveOut ? [...from.all()].filter((item) => !drawn.has(from.keyOf(item))) : [...drawn.values()];
}

/** Answers the form without a count: one element or nil. */
export function pickOne<TItem>(from: Pickable<TItem> | undefined, show: (item: TItem) => Reply): Reply {
  const item = from?.random();
  return item === undefined ? null : show(item);
}
