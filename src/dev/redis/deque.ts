/** A list with O(1) work at both ends and at any index: what Redis lists are made of. */
export interface Deque {
  readonly length: number;
  /** The value at `index` (0 is the left end), or `undefined` outside the list. */
  at(index: number): string | undefined;
  set(index: number, value: string): void;
  pushLeft(value: string): void;
  pushRight(value: string): void;
  popLeft(): string | undefined;
  popRight(): string | undefined;
  /** The values from `start` up to but not including `end`. */
  slice(start: number, end: number): string[];
  /** Replaces the whole content: O(n), for changes in the middle. */
  replace(values: string[]): void;
}

const SMALLEST_CAPACITY = 8;

/** Creates a deque over a ring buffer whose capacity is a power of two. */
export function createDeque(): Deque {
  let ring: (string | undefined)[] = new Array(SMALLEST_CAPACITY);
  let head = 0;
  let length = 0;

  const place = (index: number): number => (head + index) & (ring.length - 1);

  function slice(start: number, end: number): string[] {
    const values: string[] = [];
    for (let index = start; index < end; index++) values.push(ring[place(index)] as string);
    return values;
  }

  function resize(capacity: number, values: (string | undefined)[]): void {
    ring = values;
    ring.length = capacity;
    head = 0;
  }

  function make(room: number): void {
    if (length + room > ring.length) resize(ring.length * 2, slice(0, length));
    else if (ring.length > SMALLEST_CAPACITY && length * 4 < ring.length)
      resize(ring.length / 2, slice(0, length));
  }

  function pop(index: number): string | undefined {
    if (length === 0) return undefined;
    const value = ring[place(index)];
    ring[place(index)] = undefined;
    if (index === 0) head = place(1);
    length -= 1;
    make(0);
    return value;
  }

  return {
    get length() {
      return length;
    },
    at: (index) => (index < 0 || index >= length ? undefined : ring[place(index)]),
    set(index, value) {
      ring[place(index)] = value;
    },
    pushLeft(value) {
      make(1);
      head = place(ring.length - 1);
      ring[head] = value;
      length += 1;
    },
    pushRight(value) {
      make(1);
      ring[place(length)] = value;
      length += 1;
    },
    popLeft: () => pop(0),
    popRight: () => pop(length - 1),
    slice,
    replace(values) {
      length = values.length;
      let capacity = SMALLEST_CAPACITY;
      while (capacity < length) capacity *= 2;
      resize(capacity, [...values]);
    },
  };
}
