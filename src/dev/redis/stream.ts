/** The place of an entry in its stream: a time in ms, and a number among those of the same ms. */
export interface StreamId {
  readonly ms: number;
  readonly seq: number;
}

/** What was appended under an id: field, value, field, value... */
export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: readonly string[];
}

/** Entries in the order of their ids, which only grow. */
export interface Stream {
  readonly length: number;
  /** The greatest id there ever was. */
  lastId: StreamId;
  /** Appends an entry; its id must be greater than `lastId`. */
  append(entry: StreamEntry): void;
  /** The entries from an id to another, both included. */
  between(start: StreamId, end: StreamId): StreamEntry[];
  delete(id: StreamId): boolean;
  /** Drops the oldest entries: all but `length`. Returns how many. */
  keepLast(length: number): number;
  /** Drops the entries before an id. Returns how many. */
  keepFrom(id: StreamId): number;
}

/** Below every entry's id. */
export const ZERO_ID: StreamId = { ms: 0, seq: 0 };

/** Negative, zero or positive, as `one` comes before, with or after `other`. */
export function compareIds(one: StreamId, other: StreamId): number {
  return one.ms - other.ms || one.seq - other.seq;
}

/** `1700000000000-0`. */
export function formatId({ ms, seq }: StreamId): string {
  return `${ms}-${seq}`;
}

/** Dropped entries stay in the array until they are so many. */
const MOST_DROPPED = 1_000;

/** Creates an empty stream. */
export function createStream(): Stream {
  let entries: StreamEntry[] = [];
  let first = 0;

  /** The index of the first entry whose id is not before `id`. */
  function indexOf(id: StreamId): number {
    let low = first;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds((entries[middle] as StreamEntry).id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function dropBefore(index: number): number {
    const dropped = Math.max(0, index - first);
    first += dropped;
    if (first > MOST_DROPPED && first * 2 > entries.length) {
      entries = entries.slice(first);
      first = 0;
    }
    return dropped;
  }

  return {
    get length() {
      return entries.length - first;
    },
    lastId: ZERO_ID,
    append(entry) {
      entries.push(entry);
      this.lastId = entry.id;
    },
    between(start, end) {
      const from = indexOf(start);
      const behind = indexOf({ ms: end.ms, seq: end.seq + 1 });
      return entries.slice(from, Math.max(from, behind));
    },
    delete(id) {
      const index = indexOf(id);
      const entry = entries[index];
      if (entry === undefined || compareIds(entry.id, id) !== 0) return false;
      entries.splice(index, 1);
      return true;
    },
    keepLast: (length) => dropBefore(entries.length - length),
    keepFrom: (id) => dropBefore(indexOf(id)),
  };
}
