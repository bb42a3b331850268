import { createIndexedMap, type ScanPage } from './indexed-map.ts';

/** A member of a sorted set with its score. */
export interface Scored {
  readonly member: string;
  readonly score: number;
}

/** Members ordered by score, then by bytes; every lookup, change and rank is O(log n). */
export interface SortedSet {
  readonly size: number;
  score(member: string): number | undefined;
  /** Inserts the member or moves it; returns whether it is new. */
  set(member: string, score: number): boolean;
  delete(member: string): boolean;
  /** How many members come before `member`, or `undefined` when it is not in the set. */
  rank(member: string): number | undefined;
  /** How many members come first and satisfy `isBefore`, which must be true for a prefix of the order only. */
  countWhile(isBefore: (item: Scored) => boolean): number;
  /** The members of ranks `start` up to but not including `end`, in order. */
  range(start: number, end: number): Scored[];
  scan(cursor: number, count: number): ScanPage<number>;
  random(): Scored | undefined;
  /** All members, in the order they were inserted. */
  members(): IterableIterator<string>;
}

/** A node of the skip list: `next[level]` is `span[level]` places further on. */
interface Tower extends Scored {
  next: (Tower | undefined)[];
  span: number[];
}

const HIGHEST = 32;

/** Creates an empty sorted set: a skip list that counts how far each link leaps, and a map from member to score. */
export function createSortedSet(): SortedSet {
  const scores = createIndexedMap<number>();
  const head: Tower = { member: '', score: -Infinity, next: [undefined], span: [0] };
  // Where a descent left each level, and the rank reached there: reused, so that an insertion allocates its node only.
  const path: Tower[] = [];
  const ranks: number[] = [];

  /** Walks to the last tower that satisfies `isBefore`, noting the path; returns how many towers that passed. */
  function descend(isBefore: (item: Scored) => boolean): number {
    let tower = head;
    let rank = 0;
    for (let level = head.next.length - 1; level >= 0; level--) {
      for (let next = tower.next[level]; next !== undefined && isBefore(next); next = tower.next[level]) {
        rank += tower.span[level] as number;
        tower = next;
      }
      path[level] = tower;
      ranks[level] = rank;
    }
    return rank;
  }

  const before = (member: string, score: number) => (item: Scored) =>
    item.score < score || (item.score === score && item.member < member);

  function link(member: string, score: number): void {
    const rank = descend(before(member, score));
    const height = randomHeight();
    while (head.next.length < height) {
      path[head.next.length] = head;
      ranks[head.next.length] = 0;
      head.next.push(undefined);
      head.span.push(scores.size - 1);
    }
    const tower: Tower = { member, score, next: [], span: [] };
    for (let level = 0; level < head.next.length; level++) {
      const previous = path[level] as Tower;
      const span = previous.span[level] as number;
      if (level >= height) previous.span[level] = span + 1;
      else {
        const leap = rank - (ranks[level] as number);
        tower.next.push(previous.next[level]);
        tower.span.push(span - leap);
        previous.next[level] = tower;
        previous.span[level] = leap + 1;
      }
    }
  }

  function unlink(member: string, score: number): void {
    descend(before(member, score));
    const tower = path[0]?.next[0];
    for (let level = 0; level < head.next.length; level++) {
      const previous = path[level] as Tower;
      const span = previous.span[level] as number;
      if (previous.next[level] === tower && tower !== undefined) {
        previous.next[level] = tower.next[level];
        previous.span[level] = span + (tower.span[level] as number) - 1;
      } else previous.span[level] = span - 1;
    }
    while (head.next.length > 1 && head.next.at(-1) === undefined) {
      head.next.pop();
      head.span.pop();
    }
  }

  function towerAt(rank: number): Tower | undefined {
    let tower: Tower | undefined = head;
    let left = rank + 1;
    for (let level = head.next.length - 1; level >= 0 && left > 0; level--) {
      while (tower?.next[level] !== undefined && (tower.span[level] as number) <= left) {
        left -= tower.span[level] as number;
        tower = tower.next[level];
      }
    }
    return left === 0 ? tower : undefined;
  }

  return {
    get size() {
      return scores.size;
    },
    score: (member) => scores.get(member),
    set(member, score) {
      const known = scores.node(member);
      if (known === undefined) {
        scores.set(member, score);
        link(member, score);
        return true;
      }
      if (known.value !== score) {
        unlink(member, known.value);
        link(member, score);
      }
      known.value = score;
      return false;
    },
    delete(member) {
      const score = scores.get(member);
      if (score === undefined) return false;
      unlink(member, score);
      return scores.delete(member);
    },
    rank(member) {
      const score = scores.get(member);
      return score === undefined ? undefined : descend(before(member, score));
    },
    countWhile: descend,
    range(start, end) {
      const found: Scored[] = [];
      let tower = start < end ? towerAt(start) : undefined;
      for (let left = end - start; left > 0 && tower !== undefined; left--) {
        found.push(tower);
        tower = tower.next[0];
      }
      return found;
    },
    scan: (cursor, count) => scores.scan(cursor, count),
    random() {
      const node = scores.random();
      return node && { member: node.key, score: node.value };
    },
    members: () => scores.keys(),
  };
}

function randomHeight(): number {
  let height = 1;
  while (height < HIGHEST && Math.random() < 0.25) height += 1;
  return height;
}
