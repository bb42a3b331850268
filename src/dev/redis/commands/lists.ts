import { type Arguments, type CommandTable, indexRange } from '../command.ts';
import type { Deque } from '../deque.ts';
import type { Keyspace } from '../keyspace.ts';
import { parseInteger } from '../numbers.ts';
import { OK, RedisError, type Reply, syntaxError } from '../reply.ts';

type End = 'LEFT' | 'RIGHT';

/** Commands about lists. */
export const listCommands: CommandTable = {
  lpush: { arity: -3, write: true, run: (db, args) => push(db, args, 'LEFT') },
  rpush: { arity: -3, write: true, run: (db, args) => push(db, args, 'RIGHT') },
  lpushx: { arity: -3, write: true, run: (db, args) => (listAt(db, args[1]) ? push(db, args, 'LEFT') : 0) },
  rpushx: { arity: -3, write: true, run: (db, args) => (listAt(db, args[1]) ? push(db, args, 'RIGHT') : 0) },
  lpop: { arity: -2, write: true, run: (db, args) => pop(db, args, 'LEFT') },
  rpop: { arity: -2, write: true, run: (db, args) => pop(db, args, 'RIGHT') },
  llen: { arity: 2, run: (db, args) => listAt(db, args[1])?.length ?? 0 },
  lrange: { arity: 4, run: lrange },
  lindex: { arity: 3, run: lindex },
  lset: { arity: 4, write: true, run: lset },
  linsert: { arity: 5, write: true, run: linsert },
  lrem: { arity: 4, write: true, run: lrem },
  ltrim: { arity: 4, write: true, run: ltrim },
  lmove: { arity: 5, write: true, run: (db, args) => move(db, args, [readEnd(args[3]), readEnd(args[4])]) },
  rpoplpush: { arity: 3, write: true, run: (db, args) => move(db, args, ['RIGHT', 'LEFT']) },
};

function listAt(db: Keyspace, key: string): Deque | undefined {
  return db.open(key, 'list')?.value;
}

function readEnd(text: string): End {
  const end = text.toUpperCase();
  if (end === 'LEFT' || end === 'RIGHT') return end;
  throw syntaxError();
}

function put(list: Deque, value: string, end: End): void {
  if (end === 'LEFT') list.pushLeft(value);
  else list.pushRight(value);
}

function take(list: Deque, end: End): string | undefined {
  return end === 'LEFT' ? list.popLeft() : list.popRight();
}

/** A key without elements is no key. */
function settle(db: Keyspace, key: string, list: Deque): void {
  if (list.length === 0) db.delete(key);
  db.changed();
}

function push(db: Keyspace, [, key, ...values]: Arguments, end: End): Reply {
  const list = db.create(key, 'list');
  for (const value of values) put(list, value, end);
  db.changed();
  return list.length;
}

function pop(db: Keyspace, args: Arguments, end: End): Reply {
  const [, key, countText] = args;
  const count = args.length === 2 ? undefined : parseInteger(countText);
  if (args.length > 3) throw syntaxError();
  if (count !== undefined && count < 0) throw new RedisError('ERR value is out of range, must be positive');
  const list = listAt(db, key);
  if (list === undefined) return null;
  const taken: string[] = [];
  for (let left = count ?? 1; left > 0 && list.length > 0; left--) taken.push(take(list, end) as string);
  if (taken.length > 0) settle(db, key, list);
  return count === undefined ? (taken[0] ?? null) : taken;
}

function lrange(db: Keyspace, [, key, start, stop]: Arguments): Reply {
  const [from, to] = [parseInteger(start), parseInteger(stop)];
  const list = listAt(db, key);
  return list === undefined ? [] : list.slice(...indexRange(from, to, list.length));
}

function lindex(db: Keyspace, [, key, indexText]: Arguments): Reply {
  const index = parseInteger(indexText);
  const list = listAt(db, key);
  return list?.at(index < 0 ? index + list.length : index) ?? null;
}

function lset(db: Keyspace, [, key, indexText, value]: Arguments): Reply {
  const list = listAt(db, key);
  if (list === undefined) throw new RedisError('ERR no such key');
  const index = parseInteger(indexText);
  const place = index < 0 ? index + list.length : index;
  if (list.at(place) === undefined) throw new RedisError('ERR index out of range');
  list.set(place, value);
  db.changed();
  return OK;
}

function linsert(db: Keyspace, [, key, where, pivot, value]: Arguments): Reply {
  const side = where.toUpperCase();
  if (side !== 'BEFORE' && side !== 'AFTER') throw syntaxError();
  const list = listAt(db, key);
  if (list === undefined) return 0;
  const values = list.slice(0, list.length);
  const at = values.indexOf(pivot);
  if (at === -1) return -1;
  values.splice(side === 'BEFORE' ? at : at + 1, 0, value);
  list.replace(values);
  db.changed();
  return list.length;
}

function lrem(db: Keyspace, [, key, countText, value]: Arguments): Reply {
  const count = parseInteger(countText);
  const list = listAt(db, key);
  if (list === undefined) return 0;
  const values = list.slice(0, list.length);
  if (count < 0) values.reverse();
  let left = count === 0 ? values.length : Math.abs(count);
  const kept = values.filter((item) => item !== value || left-- <= 0);
  const removed = values.length - kept.length;
  if (removed === 0) return 0;
  list.replace(count < 0 ? kept.reverse() : kept);
  settle(db, key, list);
  return removed;
}

function ltrim(db: Keyspace, [, key, start, stop]: Arguments): Reply {
  const [from, to] = [parseInteger(start), parseInteger(stop)];
  const list = listAt(db, key);
  if (list === undefined) return OK;
  list.replace(list.slice(...indexRange(from, to, list.length)));
  settle(db, key, list);
  return OK;
}

function move(db: Keyspace, [, from, to]: Arguments, [source, target]: [End, End]): Reply {
  const list = listAt(db, from);
  if (list === undefined) return null;
  listAt(db, to);
  const value = take(list, source) as string;
  put(from === to ? list : db.create(to, 'list'), value, target);
  settle(db, from, list);
  return value;
}
