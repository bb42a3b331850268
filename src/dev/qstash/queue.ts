/** A first-in-first-out queue whose operations take constant time. */
export interface Queue<TItem> {
  readonly length: number;
  push(item: TItem): void;
  shift(): TItem | undefined;
}

const COMPACT_AFTER = 1024;

/** Creates an empty queue. `Array.shift` moves every item of a long array; this one moves a head. */
export function createQueue<TItem>(): Queue<TItem> {
  let items: Array<TItem | undefined> = [];
  let head = 0;
  return {
    get length() {
      return items.length - head;
    },
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      if (head > COMPACT_AFTER && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
