import { type Arguments, type CommandTable, pairsFrom } from '../command.ts';
import type { Hash } from '../hash.ts';
import type { IndexedNode } from '../indexed-map.ts';
import type { Keyspace } from '../keyspace.ts';
import { addLongDoubles } from '../long-double.ts';
import { overflows, parseInt64, parseInteger } from '../numbers.ts';
import { OK, RedisError, type Reply, syntaxError } from '../reply.ts';
import { hashAt } from './hash-fields.ts';
import { type Pickable, pick, pickOne } from './random.ts';
import { scanReply } from './scan.ts';

const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

/** Commands on hashes. */
export const hashCommands: CommandTable = {
  hset: { arity: -4, write: true, run: hset },
  hmset: { arity: -4, write: true, run: hmset },
  hsetnx: { arity: 4, write: true, run: hsetnx },
  hget: { arity: 3, run: (db, args) => hashAt(db, args[1])?.fields.get(args[2]) ?? null },
  hmget: { arity: -3, run: hmget },
  hgetall: { arity: 2, run: (db, args) => nodes(db, args[1]).flatMap(({ key, value }) => [key, value]) },
  hkeys: { arity: 2, run: (db, args) => nodes(db, args[1]).map(({ key }) => key) },
  hvals: { arity: 2, run: (db, args) => nodes(db, args[1]).map(({ value }) => value) },
  hlen: { arity: 2, run: (db, args) => hashAt(db, args[1])?.fields.size ?? 0 },
  hexists: { arity: 3, run: (db, args) => (hashAt(db, args[1])?.fields.has(args[2]) ? 1 : 0) },
  hstrlen: { arity: 3, run: (db, args) => hashAt(db, args[1])?.fields.get(args[2])?.length ?? 0 },
  hdel: { arity: -3, write: true, run: hdel },
  hincrby: { arity: 4, write: true, run: hincrby },
  hincrbyfloat: { arity: 4, write: true, run: hincrbyfloat },
  hscan: { arity: -3, run: hscan },
  hrandfield: { arity: -2, run: hrandfield },
};

function nodes(db: Keyspace, key: string): IndexedNode<string>[] {
  return [...(hashAt(db, key)?.fields.nodes() ?? [])];
}

/** The hash to write to, created when the key is absent. */
function writable(db: Keyspace, key: string): Hash {
  return hashAt(db, key) ?? db.create(key, 'hash');
}

/** Sets a field; a new value ends the field's own expiry. Returns whether the field is new. */
function setField(hash: Hash, field: string, value: string): boolean {
  if (hash.deadlines.size > 0) hash.deadlines.delete(field);
  return hash.fields.set(field, value);
}

function hset(db: Keyspace, args: Arguments): Reply {
  const pairs = pairsFrom(args, 2);
  const hash = writable(db, args[1]);
  let created = 0;
  for (const [field, value] of pairs) if (setField(hash, field, value)) created += 1;
  db.changed();
  return created;
}

function hmset(db: Keyspace, args: Arguments): Reply {
  hset(db, args);
  return OK;
}

function hsetnx(db: Keyspace, [, key, field, value]: Arguments): Reply {
  if (hashAt(db, key)?.fields.has(field)) return 0;
  setField(writable(db, key), field, value);
  db.changed();
  return 1;
}

function hmget(db: Keyspace, [, key, ...fields]: Arguments): Reply {
  const hash = hashAt(db, key);
  return fields.map((field) => hash?.fields.get(field) ?? null);
}

function hdel(db: Keyspace, [, key, ...fields]: Arguments): Reply {
  const hash = hashAt(db, key);
  if (hash === undefined) return 0;
  const removed = fields.filter((field) => {
    hash.deadlines.delete(field);
    return hash.fields.delete(field);
  });
  if (hash.fields.size === 0) db.delete(key);
  if (removed.length > 0) db.changed();
  return removed.length;
}

function hincrby(db: Keyspace, [, key, field, byText]: Arguments): Reply {
  const by = parseInt64(byText);
  const hash = hashAt(db, key);
  const before = hash?.fields.get(field) ?? '0';
  const plain = PLAIN_INTEGER.test(before) && PLAIN_INTEGER.test(byText);
  const sum = plain ? Number(before) + Number(byText) : exactSum(before, by);
  (hash ?? db.create(key, 'hash')).fields.set(field, String(sum));
  db.changed();
  return sum;
}

function exactSum(before: string, by: bigint): bigint {
  let value: bigint;
  try {
    value = parseInt64(before);
  } catch {
    throw new RedisError('ERR hash value is not an integer');
  }
  if (overflows(value + by)) throw new RedisError('ERR increment or decrement would overflow');
  return value + by;
}

function hincrbyfloat(db: Keyspace, [, key, field, by]: Arguments): Reply {
  addLongDoubles('0', by);
  const hash = hashAt(db, key);
  const before = hash?.fields.get(field) ?? '0';
  if (!isFloat(before)) throw new RedisError('ERR hash value is not a float');
  const sum = addLongDoubles(before, by);
  (hash ?? db.create(key, 'hash')).fields.set(field, sum);
  db.changed();
  return sum;
}

function isFloat(text: string): boolean {
  try {
    addLongDoubles('0', text);
    return true;
  } catch {
    return false;
  }
}

function hscan(db: Keyspace, args: Arguments): Reply {
  return scanReply(args, hashAt(db, args[1])?.fields, ({ key, value }) => [key, value]);
}

function hrandfield(db: Keyspace, args: Arguments): Reply {
  const fields = hashAt(db, args[1])?.fields;
  const from: Pickable<IndexedNode<string>> | undefined = fields && {
    size: fields.size,
    random: fields.random,
    all: fields.nodes,
    keyOf: ({ key }) => key,
  };
  if (args.length === 2) return pickOne(from, ({ key }) => key);
  const count = parseInteger(args[2]);
  const withValues = args.length > 3;
  if (args.length > 4 || (withValues && args[3].toUpperCase() !== 'WITHVALUES')) throw syntaxError();
  const picked = from === undefined ? [] : pick(from, count);
  return picked.flatMap(({ key, value }) => (withValues ? [key, value] : [key]));
}
