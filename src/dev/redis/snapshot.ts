import { createDeque } from './deque.ts';
import { createHash } from './hash.ts';
import { createIndexedMap } from './indexed-map.ts';
import { type Entry, type Keyspace, NEVER, type TypeName, type Values } from './keyspace.ts';
import { formatDouble } from './numbers.ts';
import { createSortedSet } from './sorted-set.ts';
import { createStream, formatId, type Stream, type StreamEntry, ZERO_ID } from './stream.ts';

/** How many elements of a large value one line of the journal holds. */
const ELEMENTS_PER_RECORD = 500;

/** The commands that rebuild the whole keyspace: what a compacted journal consists of. */
export function* snapshot(db: Keyspace): Generator<string[]> {
  for (const { key, value: entry } of db.nodes()) {
    yield* rebuild(key, entry);
    if (entry.expireAt !== NEVER) yield ['PEXPIREAT', key, String(entry.expireAt)];
  }
}

function* rebuild(key: string, entry: Entry): Generator<string[]> {
  if (is(entry, 'string')) yield ['SET', key, entry.value];
  if (is(entry, 'list')) yield* chunks(['RPUSH', key], entry.value.slice(0, entry.value.length));
  if (is(entry, 'set')) yield* chunks(['SADD', key], [...entry.value.keys()]);
  if (is(entry, 'zset')) {
    const members = entry.value.range(0, entry.value.size);
    yield* chunks(
      ['ZADD', key],
      members.flatMap(({ member, score }) => [formatDouble(score), member]),
    );
  }
  if (is(entry, 'stream')) yield* rebuildStream(key, entry.value);
  if (is(entry, 'hash')) {
    const { fields, deadlines } = entry.value;
    yield* chunks(
      ['HSET', key],
      [...fields.nodes()].flatMap(({ key: field, value }) => [field, value]),
    );
    for (const [field, at] of deadlines) yield ['HPEXPIREAT', key, String(at), 'FIELDS', '1', field];
  }
}

/** A stream remembers its greatest id, also when that entry, or every entry, is gone. */
function* rebuildStream(key: string, stream: Stream): Generator<string[]> {
  const last = formatId(stream.lastId);
  for (const { id, fields } of entriesOf(stream)) yield ['XADD', key, formatId(id), ...fields];
  if (stream.length === 0) {
    yield ['XADD', key, last, '', ''];
    yield ['XTRIM', key, 'MAXLEN', '=', '0'];
  } else yield ['XSETID', key, last];
}

function entriesOf(stream: Stream): StreamEntry[] {
  return stream.between(ZERO_ID, stream.lastId);
}

function is<TType extends TypeName>(entry: Entry, type: TType): entry is Entry<TType> & Entry {
  return entry.type === type;
}

function* chunks(command: string[], elements: string[]): Generator<string[]> {
  for (let at = 0; at < elements.length; at += ELEMENTS_PER_RECORD) {
    yield [...command, ...elements.slice(at, at + ELEMENTS_PER_RECORD)];
  }
}

const CLONERS: { [TType in TypeName]: (value: Values[TType]) => Values[TType] } = {
  string: (value) => value,
  list(value) {
    const list = createDeque();
    list.replace(value.slice(0, value.length));
    return list;
  },
  set(value) {
    const set = createIndexedMap<true>();
    for (const member of value.keys()) set.set(member, true);
    return set;
  },
  zset(value) {
    const zset = createSortedSet();
    for (const { member, score } of value.range(0, value.size)) zset.set(member, score);
    return zset;
  },
  stream(value) {
    const stream = createStream();
    for (const entry of entriesOf(value)) stream.append(entry);
    stream.lastId = value.lastId;
    return stream;
  },
  hash(value) {
    const hash = createHash();
    for (const { key, value: text } of value.fields.nodes()) hash.fields.set(key, text);
    for (const [field, at] of value.deadlines) hash.deadlines.set(field, at);
    return hash;
  },
};

/** A deep copy of what a key holds, with its expiry. */
export function cloneEntry<TType extends TypeName>(entry: Entry<TType>): Entry<TType> {
  return { ...entry, value: CLONERS[entry.type](entry.value) };
}
