import { createDeque, type Deque } from './deque.ts';
import { createExpiryHeap } from './expiry-heap.ts';
import { createHash, type Hash } from './hash.ts';
import { createIndexedMap, type IndexedMap, type IndexedNode, type ScanPage } from './indexed-map.ts';
import { RedisError } from './reply.ts';
import { createSortedSet, type SortedSet } from './sorted-set.ts';
import { createStream, type Stream } from './stream.ts';

/** What a key of each type holds. */
export interface Values {
  string: string;
  hash: Hash;
  list: Deque;
  set: IndexedMap<true>;
  zset: SortedSet;
  stream: Stream;
}

/** The names TYPE answers with. */
export type TypeName = keyof Values;

/** What a key holds, of which type, and until when (`NEVER` without expiry). */
export interface Entry<TType extends TypeName = TypeName> {
  readonly type: TType;
  value: Values[TType];
  expireAt: number;
}

/** The expiry time of a key that has none. */
export const NEVER = Infinity;

const CREATORS: { [TType in TypeName]: () => Values[TType] } = {
  string: () => '',
  hash: createHash,
  list: createDeque,
  set: () => createIndexedMap<true>(),
  zset: createSortedSet,
  stream: createStream,
};

/** The keys, and the account of what the command under way has done to them. */
export interface Keyspace {
  /** The time (ms) at which the unit of work under way began: it stands still for a whole script or transaction. */
  now: number;
  /** False while the journal is replayed: every expiry that took effect is in the journal as a deletion. */
  expires: boolean;
  readonly size: number;
  /** The entry, or `undefined` when the key is absent or due. */
  find(key: string): Entry | undefined;
  /** The entry of that type; throws WRONGTYPE for another type. */
  open<TType extends TypeName>(key: string, type: TType): Entry<TType> | undefined;
  /** The value of that type, created empty when the key is absent. */
  create<TType extends TypeName>(key: string, type: TType): Values[TType];
  /** Puts a value in place of whatever the key held. */
  put<TType extends TypeName>(
    key: string,
    type: TType,
    content: { value: Values[TType]; expireAt?: number },
  ): void;
  delete(key: string): boolean;
  expire(key: string, entry: Entry, at: number): void;
  clear(): void;
  nodes(): IterableIterator<IndexedNode<Entry>>;
  random(): string | undefined;
  scan(cursor: number, count: number): ScanPage<Entry>;
  /** Deletes at most `most` keys that are due. */
  reclaim(most: number): void;
  /**
   * Says that the command has changed something. The journal then keeps the command as it was given, or, where that
   * would not replay to the same state (relative times, random picks), the `effect` to keep in its place.
   */
  changed(effect?: readonly string[]): void;
  /** Called with the effects above and with the deletion of keys that were due; `undefined` stands for the command as given. */
  onChange: (effect: readonly string[] | undefined) => void;
}

/** Creates an empty keyspace. */
export function createKeyspace(): Keyspace {
  let entries = createIndexedMap<Entry>();
  const deadlines = createExpiryHeap();

  const isDue = (entry: Entry): boolean => keyspace.expires && entry.expireAt <= keyspace.now;

  function discard(key: string): void {
    entries.delete(key);
    keyspace.onChange(['DEL', key]);
  }

  function schedule(key: string, at: number): void {
    if (at === NEVER) return;
    // Keys whose expiry is set again and again leave outdated hints behind; the heap is rebuilt before they outweigh the keys.
    if (deadlines.size > entries.size * 2 + 1000) {
      deadlines.clear();
      for (const { key: each, value } of entries.nodes()) {
        if (value.expireAt !== NEVER) deadlines.push(value.expireAt, each);
      }
    } else deadlines.push(at, key);
  }

  const keyspace: Keyspace = {
    now: 0,
    expires: true,
    onChange: () => {},
    get size() {
      return entries.size;
    },
    find(key) {
      const entry = entries.get(key);
      if (entry === undefined || !isDue(entry)) return entry;
      discard(key);
      return undefined;
    },
    open(key, type) {
      const entry = keyspace.find(key);
      if (entry !== undefined && entry.type !== type) throw wrongType();
      return entry as Entry<typeof type> | undefined;
    },
    create(key, type) {
      const known = keyspace.open(key, type);
      if (known !== undefined) return known.value;
      const value = CREATORS[type]();
      entries.set(key, { type, value, expireAt: NEVER } as Entry);
      return value;
    },
    put(key, type, { value, expireAt = NEVER }) {
      entries.set(key, { type, value, expireAt } as Entry);
      schedule(key, expireAt);
    },
    delete: (key) => entries.delete(key),
    expire(key, entry, at) {
      entry.expireAt = at;
      schedule(key, at);
    },
    clear() {
      entries = createIndexedMap<Entry>();
      deadlines.clear();
    },
    nodes: () => entries.nodes(),
    random() {
      for (;;) {
        const node = entries.random();
        if (node === undefined || !isDue(node.value)) return node?.key;
        discard(node.key);
      }
    },
    scan: (cursor, count) => entries.scan(cursor, count),
    reclaim(most) {
      for (let count = 0; count < most; count++) {
        const key = deadlines.popDue(keyspace.now);
        if (key === undefined) return;
        const entry = entries.get(key);
        if (entry !== undefined && isDue(entry)) discard(key);
      }
    },
    changed(effect) {
      keyspace.onChange(effect);
    },
  };
  return keyspace;
}

function wrongType(): RedisError {
  return new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value');
}
