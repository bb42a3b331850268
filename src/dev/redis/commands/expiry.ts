import { type Arguments, type CommandTable, optionsFrom } from '../command.ts';
import { expiryTime } from '../expiry-time.ts';
import { type Entry, type Keyspace, NEVER } from '../keyspace.ts';
import { RedisError, type Reply } from '../reply.ts';

/** Commands about how long keys live. */
export const expiryCommands: CommandTable = {
  expire: { arity: -3, write: true, run: (db, args) => expire(db, args, 'EX') },
  pexpire: { arity: -3, write: true, run: (db, args) => expire(db, args, 'PX') },
  expireat: { arity: -3, write: true, run: (db, args) => expire(db, args, 'EXAT') },
  pexpireat: { arity: -3, write: true, run: (db, args) => expire(db, args, 'PXAT') },
  persist: { arity: 2, write: true, run: persist },
  ttl: { arity: 2, run: (db, args) => lifetime(db, args[1], (at) => Math.floor((at - db.now + 500) / 1000)) },
  pttl: { arity: 2, run: (db, args) => lifetime(db, args[1], (at) => Math.ceil(at - db.now)) },
  expiretime: { arity: 2, run: (db, args) => lifetime(db, args[1], (at) => Math.floor((at + 500) / 1000)) },
  pexpiretime: { arity: 2, run: (db, args) => lifetime(db, args[1], (at) => at) },
};

function expire(db: Keyspace, args: Arguments, unit: string): Reply {
  const [name, key, text] = args;
  const allowed = readConditions(args);
  const at = expiryTime(db, { text, unit, command: name.toLowerCase(), pastAllowed: true });
  const entry = db.find(key);
  if (entry === undefined || !allowed(entry, at)) return 0;
  if (db.expires && at <= db.now) {
    db.delete(key);
    db.changed(['DEL', key]);
  } else {
    db.expire(key, entry, at);
    db.changed(['PEXPIREAT', key, String(at)]);
  }
  return 1;
}

/** NX, XX, GT and LT: whether an entry's expiry may become `at`. */
function readConditions(args: Arguments): (entry: Entry, at: number) => boolean {
  const given = new Set<string>();
  const options = optionsFrom(args, 3);
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (!['NX', 'XX', 'GT', 'LT'].includes(word))
      throw new RedisError(`ERR Unsupported option ${word.toLowerCase()}`);
    given.add(word);
  }
  if (given.has('NX') && given.size > 1) {
    throw new RedisError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (given.has('GT') && given.has('LT')) {
    throw new RedisError('ERR GT and LT options at the same time are not compatible');
  }
  return ({ expireAt }, at) =>
    !(given.has('NX') && expireAt !== NEVER) &&
    !(given.has('XX') && expireAt === NEVER) &&
    !(given.has('GT') && at <= expireAt) &&
    !(given.has('LT') && at >= expireAt);
}

function persist(db: Keyspace, [, key]: Arguments): Reply {
  const entry = db.find(key);
  if (entry === undefined || entry.expireAt === NEVER) return 0;
  db.expire(key, entry, NEVER);
  db.changed();
  return 1;
}

function lifetime(db: Keyspace, key: string, measure: (at: number) => number): Reply {
  const entry = db.find(key);
  if (entry === undefined) return -2;
  return entry.expireAt === NEVER ? -1 : measure(entry.expireAt);
}
