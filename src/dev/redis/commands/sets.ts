import { type Arguments, type CommandTable, optionsFrom } from '../command.ts';
import type { IndexedMap, IndexedNode } from '../indexed-map.ts';
import type { Keyspace } from '../keyspace.ts';
import { parseInteger } from '../numbers.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';
import { type Pickable, pick, pickOne } from './random.ts';
import { scanReply } from './scan.ts';

type Combine = (sets: ReadonlyArray<IndexedMap<true> | undefined>) => string[];

/** Commands about sets. */
export const setCommands: CommandTable = {
  sadd: { arity: -3, write: true, run: sadd },
  srem: { arity: -3, write: true, run: srem },
  smembers: { arity: 2, run: (db, args) => [...(setAt(db, args[1])?.keys() ?? [])] },
  sismember: { arity: 3, run: (db, args) => (setAt(db, args[1])?.has(args[2]) ? 1 : 0) },
  smismember: { arity: -3, run: smismember },
  scard: { arity: 2, run: (db, args) => setAt(db, args[1])?.size ?? 0 },
  smove: { arity: 4, write: true, run: smove },
  spop: { arity: -2, write: true, run: spop },
  srandmember: { arity: -2, run: srandmember },
  sinter: { arity: -2, run: (db, [, ...keys]) => intersection(setsAt(db, keys)) },
  sunion: { arity: -2, run: (db, [, ...keys]) => union(setsAt(db, keys)) },
  sdiff: { arity: -2, run: (db, [, ...keys]) => difference(setsAt(db, keys)) },
  sinterstore: { arity: -3, write: true, run: (db, args) => store(db, args, intersection) },
  sunionstore: { arity: -3, write: true, run: (db, args) => store(db, args, union) },
  sdiffstore: { arity: -3, write: true, run: (db, args) => store(db, args, difference) },
  sintercard: { arity: -3, run: sintercard },
  sscan: { arity: -3, run: (db, args) => scanReply(args, setAt(db, args[1]), ({ key }) => [key]) },
};

function setAt(db: Keyspace, key: string): IndexedMap<true> | undefined {
  return db.open(key, 'set')?.value;
}

function setsAt(db: Keyspace, keys: readonly string[]): Array<IndexedMap<true> | undefined> {
  return keys.map((key) => setAt(db, key));
}

function sadd(db: Keyspace, [, key, ...members]: Arguments): Reply {
  const set = db.create(key, 'set');
  const added = members.filter((member) => set.set(member, true)).length;
  if (added > 0) db.changed();
  return added;
}

function srem(db: Keyspace, [, key, ...members]: Arguments): Reply {
  const set = setAt(db, key);
  if (set === undefined) return 0;
  const removed = members.filter((member) => set.delete(member)).length;
  if (set.size === 0) db.delete(key);
  if (removed > 0) db.changed();
  return removed;
}

function smismember(db: Keyspace, [, key, ...members]: Arguments): Reply {
  const set = setAt(db, key);
  return members.map((member) => (set?.has(member) ? 1 : 0));
}

function smove(db: Keyspace, [, from, to, member]: Arguments): Reply {
  const source = setAt(db, from);
  if (source === undefined) return 0;
  const target = setAt(db, to);
  if (!source.has(member)) return 0;
  if (source === target) return 1;
  source.delete(member);
  if (source.size === 0) db.delete(from);
  db.create(to, 'set').set(member, true);
  db.changed();
  return 1;
}

function spop(db: Keyspace, args: Arguments): Reply {
  const [, key, countText] = args;
  if (args.length > 3) throw syntaxError();
  const count = args.length === 2 ? undefined : parseInteger(countText);
  if (count !== undefined && count < 0) throw new RedisError('ERR value is out of range, must be positive');
  const set = setAt(db, key);
  if (set === undefined) return count === undefined ? null : [];
  const taken = pick(pickable(set), count ?? 1).map((node) => node.key);
  for (const member of taken) set.delete(member);
  if (set.size === 0) db.delete(key);
  if (taken.length > 0) db.changed(['SREM', key, ...taken]);
  return count === undefined ? (taken[0] ?? null) : taken;
}

function pickable(set: IndexedMap<true>): Pickable<IndexedNode<true>> {
  return { size: set.size, random: set.random, all: set.nodes, keyOf: ({ key }) => key };
}

function srandmember(db: Keyspace, args: Arguments): Reply {
  if (args.length > 3) throw syntaxError();
  const set = setAt(db, args[1]);
  const from = set && pickable(set);
  if (args.length === 2) return pickOne(from, ({ key }) => key);
  const count = parseInteger(args[2]);
  return from === undefined ? [] : pick(from, count).map(({ key }) => key);
}

const intersection: Combine = ([first, ...others]) =>
  [...(first?.keys() ?? [])].filter((member) => others.every((other) => other?.has(member)));

const union: Combine = (sets) => [...new Set(sets.flatMap((set) => [...(set?.keys() ?? [])]))];

const difference: Combine = ([first, ...others]) =>
  [...(first?.keys() ?? [])].filter((member) => !others.some((other) => other?.has(member)));

function store(db: Keyspace, [, target, ...keys]: Arguments, combine: Combine): Reply {
  const members = combine(setsAt(db, keys));
  const existed = db.delete(target);
  if (members.length > 0) {
    const set = db.create(target, 'set');
    for (const member of members) set.set(member, true);
  }
  if (existed || members.length > 0) db.changed();
  return members.length;
}

function sintercard(db: Keyspace, args: Arguments): Reply {
  const options = optionsFrom(args, 1);
  const count = options.integer();
  if (count < 1) throw new RedisError('ERR numkeys should be greater than 0');
  const [keys, rest] = [options.rest().slice(0, count), options.rest().slice(count)];
  if (keys.length < count) throw new RedisError("ERR Number of keys can't be greater than number of args");
  if (rest.length !== 0 && (rest.length !== 2 || rest[0]?.toUpperCase() !== 'LIMIT')) throw syntaxError();
  const limit = rest.length === 0 ? 0 : parseInteger(rest[1] as string);
  if (limit < 0) throw new RedisError("ERR LIMIT can't be negative");
  const size = intersection(setsAt(db, keys)).length;
  return limit === 0 ? size : Math.min(size, limit);
}
