/** An element of an {@link IndexedMap}; `value` may be assigned in place. */
export interface IndexedNode<TValue> {
  readonly key: string;
  value: TValue;
  position: number;
}

/** One step of a scan: the nodes visited, and the cursor to go on with (0 when the scan is complete). */
export interface ScanPage<TValue> {
  cursor: number;
  nodes: IndexedNode<TValue>[];
}

/**
 * A map that can also pick a random element in O(1) and be scanned with a stateless cursor. Every element gets a serial
 * number when it is inserted; a scan walks the serials downwards, so that an element present during the whole scan is
 * visited exactly once, one inserted meanwhile is never chased, and every scan ends.
 */
export interface IndexedMap<TValue> {
  readonly size: number;
  has(key: string): boolean;
  get(key: string): TValue | undefined;
  /** The element itself, for a change in place without a second lookup. */
  node(key: string): IndexedNode<TValue> | undefined;
  /** Inserts or replaces; returns whether the key is new. */
  set(key: string, value: TValue): boolean;
  delete(key: string): boolean;
  keys(): IterableIterator<string>;
  nodes(): IterableIterator<IndexedNode<TValue>>;
  random(): IndexedNode<TValue> | undefined;
  scan(cursor: number, count: number): ScanPage<TValue>;
}

const SMALLEST_TO_TIDY = 32;

/** Creates an empty {@link IndexedMap}. */
export function createIndexedMap<TValue>(): IndexedMap<TValue> {
  const map = new Map<string, IndexedNode<TValue>>();
  let order: (IndexedNode<TValue> | undefined)[] = [];
  let serials: number[] = [];
  let nextSerial = 1;

  function tidy(): void {
    const kept = order.flatMap((node, position) =>
      node ? [{ node, serial: serials[position] as number }] : [],
    );
    order = kept.map(({ node }) => node);
    serials = kept.map(({ serial }) => serial);
    kept.forEach(({ node }, position) => {
      node.position = position;
    });
  }

  /** How many places hold a serial of at most `serial`. */
  function placesUpTo(serial: number): number {
    let low = 0;
    let high = serials.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((serials[middle] as number) <= serial) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get size() {
      return map.size;
    },
    has: (key) => map.has(key),
    get: (key) => map.get(key)?.value,
    node: (key) => map.get(key),
    set(key, value) {
      const known = map.get(key);
      if (known !== undefined) {
        known.value = value;
        return false;
      }
      const node = { key, value, position: order.length };
      map.set(key, node);
      order.push(node);
      serials.push(nextSerial++);
      return true;
    },
    delete(key) {
      const node = map.get(key);
      if (node === undefined) return false;
      map.delete(key);
      order[node.position] = undefined;
      if (order.length >= SMALLEST_TO_TIDY && order.length > map.size * 2) tidy();
      return true;
    },
    keys: () => map.keys(),
    nodes: () => map.values(),
    random() {
      if (map.size === 0) return undefined;
      if (order.length > map.size * 2) tidy();
      for (;;) {
        const node = order[Math.floor(Math.random() * order.length)];
        if (node !== undefined) return node;
      }
    },
    scan(cursor, count) {
      const nodes: IndexedNode<TValue>[] = [];
      let place = (cursor === 0 ? serials.length : placesUpTo(cursor)) - 1;
      for (; place >= 0 && nodes.length < count; place--) {
        const node = order[place];
        if (node !== undefined) nodes.push(node);
      }
      return { cursor: place < 0 ? 0 : (serials[place] as number), nodes };
    },
  };
}
