/** A key and the time (ms) at which it may be due. */
interface Deadline {
  readonly at: number;
  readonly key: string;
}

/** The earliest deadlines first. An entry is a hint: whoever takes it checks that the key's expiry is still that time. */
export interface ExpiryHeap {
  readonly size: number;
  push(at: number, key: string): void;
  /** Takes the earliest key due at `now`, or returns `undefined`. */
  popDue(now: number): string | undefined;
  clear(): void;
}

/** Creates an empty binary heap of deadlines. */
export function createExpiryHeap(): ExpiryHeap {
  let heap: Deadline[] = [];

  function sinkLast(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      const right = left + 1;
      const smaller = (heap[right]?.at ?? Infinity) < (heap[left]?.at ?? Infinity) ? right : left;
      const child = heap[smaller];
      if (child === undefined || child.at >= last.at) break;
      heap[index] = child;
      index = smaller;
    }
    heap[index] = last;
  }

  return {
    get size() {
      return heap.length;
    },
    push(at, key) {
      let index = heap.length;
      while (index > 0) {
        const parent = (index - 1) >>> 1;
        const above = heap[parent] as Deadline;
        if (above.at <= at) break;
        heap[index] = above;
        index = parent;
      }
      heap[index] = { at, key };
    },
    popDue(now) {
      const first = heap[0];
      if (first === undefined || first.at > now) return undefined;
      sinkLast();
      return first.key;
    },
    clear() {
      heap = [];
    },
  };
}
