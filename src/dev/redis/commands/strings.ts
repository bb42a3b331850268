import { type Arguments, type CommandTable, optionsFrom, pairsFrom } from '../command.ts';
import { expiryTime } from '../expiry-time.ts';
import { type Keyspace, NEVER } from '../keyspace.ts';
import { addLongDoubles } from '../long-double.ts';
import { overflows, parseInt64, parseInteger } from '../numbers.ts';
import { OK, RedisError, type Reply, syntaxError } from '../reply.ts';

const LONGEST_STRING = 512 * 1024 * 1024;
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

/** Commands on strings. */
export const stringCommands: CommandTable = {
  get: { arity: 2, run: (db, args) => get(db, args[1]) },
  set: { arity: -3, write: true, run: set },
  mget: { arity: -2, run: (db, [, ...keys]) => keys.map((key) => readIfString(db, key)) },
  mset: { arity: -3, write: true, run: mset },
  msetnx: { arity: -3, write: true, run: msetnx },
  setnx: { arity: 3, write: true, run: setnx },
  setex: { arity: 4, write: true, run: (db, args) => setFor(db, args, 1000) },
  psetex: { arity: 4, write: true, run: (db, args) => setFor(db, args, 1) },
  getset: { arity: 3, write: true, run: getset },
  getdel: { arity: 2, write: true, run: getdel },
  getex: { arity: -2, write: true, run: getex },
  incr: { arity: 2, write: true, run: (db, args) => increment(db, args[1], 1n) },
  decr: { arity: 2, write: true, run: (db, args) => increment(db, args[1], -1n) },
  incrby: { arity: 3, write: true, run: (db, args) => increment(db, args[1], parseInt64(args[2])) },
  decrby: { arity: 3, write: true, run: decrby },
  incrbyfloat: { arity: 3, write: true, run: incrbyfloat },
  append: { arity: 3, write: true, run: append },
  strlen: { arity: 2, run: (db, args) => db.open(args[1], 'string')?.value.length ?? 0 },
  getrange: { arity: 4, run: getrange },
  substr: { arity: 4, run: getrange },
  setrange: { arity: 4, write: true, run: setrange },
};

function get(db: Keyspace, key: string): string | null {
  return db.open(key, 'string')?.value ?? null;
}

function readIfString(db: Keyspace, key: string): string | null {
  const entry = db.find(key);
  return entry?.type === 'string' ? (entry.value as string) : null;
}

/** Replaces a string's text and keeps its expiry, or creates it. */
function write(db: Keyspace, key: string, value: string): void {
  const entry = db.open(key, 'string');
  if (entry === undefined) db.put(key, 'string', { value });
  else entry.value = value;
  db.changed();
}

interface SetOptions {
  condition?: 'NX' | 'XX';
  get?: true;
  keepTtl?: true;
  expireAt?: number;
}

function set(db: Keyspace, args: Arguments): Reply {
  const [, key, value] = args;
  if (args.length === 3) {
    db.put(key, 'string', { value });
    db.changed();
    return OK;
  }
  const options = readSetOptions(db, args);
  const entry = options.get ? db.open(key, 'string') : db.find(key);
  const before = options.get ? ((entry?.value ?? null) as string | null) : OK;
  if (options.condition === (entry === undefined ? 'XX' : 'NX')) return options.get ? before : null;
  const expireAt = options.keepTtl ? (entry?.expireAt ?? NEVER) : (options.expireAt ?? NEVER);
  db.put(key, 'string', { value, expireAt });
  db.changed(expireAt === NEVER ? ['SET', key, value] : ['SET', key, value, 'PXAT', String(expireAt)]);
  return before;
}

function readSetOptions(db: Keyspace, args: Arguments): SetOptions {
  const found: SetOptions = {};
  const options = optionsFrom(args, 3);
  let unit: string | undefined;
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if ((word === 'NX' || word === 'XX') && (found.condition ?? word) === word) found.condition = word;
    else if (word === 'GET') found.get = true;
    else if (word === 'KEEPTTL' && unit === undefined) found.keepTtl = true;
    else if (/^P?X(AT)?$|^EX(AT)?$/.test(word) && word !== 'X' && unit === undefined && !found.keepTtl) {
      unit = word;
      found.expireAt = expiryTime(db, { text: options.text(), unit, command: 'set' });
    } else throw syntaxError();
  }
  return found;
}

function mset(db: Keyspace, args: Arguments): Reply {
  for (const [key, value] of pairsFrom(args, 1)) db.put(key, 'string', { value });
  db.changed();
  return OK;
}

function msetnx(db: Keyspace, args: Arguments): Reply {
  if (pairsFrom(args, 1).some(([key]) => db.find(key) !== undefined)) return 0;
  mset(db, args);
  return 1;
}

function setnx(db: Keyspace, [, key, value]: Arguments): Reply {
  if (db.find(key) !== undefined) return 0;
  db.put(key, 'string', { value });
  db.changed();
  return 1;
}

function setFor(db: Keyspace, [name, key, duration, value]: Arguments, unitMs: number): Reply {
  const unit = unitMs === 1 ? 'PX' : 'EX';
  const expireAt = expiryTime(db, { text: duration, unit, command: name.toLowerCase() });
  db.put(key, 'string', { value, expireAt });
  db.changed(['SET', key, value, 'PXAT', String(expireAt)]);
  return OK;
}

function getset(db: Keyspace, [, key, value]: Arguments): Reply {
  const before = get(db, key);
  db.put(key, 'string', { value });
  db.changed();
  return before;
}

function getdel(db: Keyspace, [, key]: Arguments): Reply {
  const before = get(db, key);
  if (before !== null) {
    db.delete(key);
    db.changed();
  }
  return before;
}

function getex(db: Keyspace, args: Arguments): Reply {
  const [, key, unitText, duration] = args;
  const unit = args.length > 2 ? unitText.toUpperCase() : undefined;
  const persist = unit === 'PERSIST' && args.length === 3;
  if (
    unit !== undefined &&
    !persist &&
    (args.length !== 4 || !/^P?X(AT)?$|^EX(AT)?$/.test(unit) || unit === 'X')
  ) {
    throw syntaxError();
  }
  const entry = db.open(key, 'string');
  const at =
    unit === undefined || persist ? NEVER : expiryTime(db, { text: duration, unit, command: 'getex' });
  if (entry === undefined) return null;
  if (persist && entry.expireAt !== NEVER) {
    db.expire(key, entry, NEVER);
    db.changed(['PERSIST', key]);
  } else if (unit !== undefined && !persist) {
    if (db.expires && at <= db.now) {
      db.delete(key);
      db.changed(['DEL', key]);
    } else {
      db.expire(key, entry, at);
      db.changed(['PEXPIREAT', key, String(at)]);
    }
  }
  return entry.value;
}

/** Adds to an integer, in plain numbers where neither side is large. */
function increment(db: Keyspace, key: string, by: bigint): Reply {
  const before = db.open(key, 'string')?.value ?? '0';
  if (PLAIN_INTEGER.test(before) && by < 1_000_000_000n && by > -1_000_000_000n) {
    const sum = Number(before) + Number(by);
    write(db, key, String(sum));
    return sum;
  }
  const sum = parseInt64(before) + by;
  if (overflows(sum)) throw new RedisError('ERR increment or decrement would overflow');
  write(db, key, String(sum));
  return sum;
}

function decrby(db: Keyspace, args: Arguments): Reply {
  const by = -parseInt64(args[2]);
  if (overflows(by)) throw new RedisError('ERR decrement would overflow');
  return increment(db, args[1], by);
}

function incrbyfloat(db: Keyspace, [, key, by]: Arguments): Reply {
  const sum = addLongDoubles(db.open(key, 'string')?.value ?? '0', by);
  write(db, key, sum);
  return sum;
}

function append(db: Keyspace, [, key, suffix]: Arguments): Reply {
  const value = (get(db, key) ?? '') + suffix;
  checkLength(value.length);
  write(db, key, value);
  return value.length;
}

function getrange(db: Keyspace, [, key, startText, stopText]: Arguments): Reply {
  const [start, stop] = [parseInteger(startText), parseInteger(stopText)];
  const value = get(db, key) ?? '';
  if (start < 0 && stop < 0 && start > stop) return '';
  const first = Math.max(start < 0 ? start + value.length : start, 0);
  const last = Math.max(stop < 0 ? stop + value.length : stop, 0);
  return value.slice(first, last + 1);
}

function setrange(db: Keyspace, [, key, offsetText, patch]: Arguments): Reply {
  const offset = parseInteger(offsetText);
  if (offset < 0) throw new RedisError('ERR offset is out of range');
  const value = get(db, key) ?? '';
  if (patch === '') return value.length;
  checkLength(offset + patch.length);
  const padded = value.padEnd(offset, '\0');
  const result = padded.slice(0, offset) + patch + padded.slice(offset + patch.length);
  write(db, key, result);
  return result.length;
}

function checkLength(length: number): void {
  if (length > LONGEST_STRING) {
    throw new RedisError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
  }
}
