import { type Arguments, type CommandTable, optionsFrom } from '../command.ts';
import { expiryTime } from '../expiry-time.ts';
import type { Hash } from '../hash.ts';
import type { Keyspace } from '../keyspace.ts';
import { RedisError, type Reply } from '../reply.ts';

/** Commands about the expiry of single hash fields (Redis 7.4). */
export const hashFieldCommands: CommandTable = {
  hexpire: { arity: -6, write: true, run: (db, args) => hexpire(db, args, 'EX') },
  hpexpire: { arity: -6, write: true, run: (db, args) => hexpire(db, args, 'PX') },
  hexpireat: { arity: -6, write: true, run: (db, args) => hexpire(db, args, 'EXAT') },
  hpexpireat: { arity: -6, write: true, run: (db, args) => hexpire(db, args, 'PXAT') },
  hpersist: { arity: -5, write: true, run: hpersist },
  httl: { arity: -5, run: (db, args) => lifetimes(db, args, (at) => Math.ceil((at - db.now) / 1000)) },
  hpttl: { arity: -5, run: (db, args) => lifetimes(db, args, (at) => at - db.now) },
  hexpiretime: { arity: -5, run: (db, args) => lifetimes(db, args, (at) => Math.ceil(at / 1000)) },
  hpexpiretime: { arity: -5, run: (db, args) => lifetimes(db, args, (at) => at) },
};

const NO_FIELD = -2;
const NO_EXPIRY = -1;
const DELETED = 2;

/** The hash at `key` without the fields that are due, or `undefined` when the key is absent. */
export function hashAt(db: Keyspace, key: string): Hash | undefined {
  const hash = db.open(key, 'hash')?.value;
  if (hash === undefined || hash.deadlines.size === 0 || !db.expires) return hash;
  const due = [...hash.deadlines].filter(([, at]) => at <= db.now).map(([field]) => field);
  if (due.length === 0) return hash;
  dropFields(db, { key, hash, fields: due });
  db.changed(['HDEL', key, ...due]);
  return hash.fields.size > 0 ? hash : undefined;
}

function dropFields(
  db: Keyspace,
  { key, hash, fields }: { key: string; hash: Hash; fields: string[] },
): void {
  for (const field of fields) {
    hash.fields.delete(field);
    hash.deadlines.delete(field);
  }
  if (hash.fields.size === 0) db.delete(key);
}

function readFields(
  args: readonly string[],
  start: number,
): { condition: string | undefined; fields: string[] } {
  const options = optionsFrom(args, start);
  let word = options.word();
  const condition = ['NX', 'XX', 'GT', 'LT'].find((each) => each === word);
  if (condition !== undefined) word = options.word();
  if (word !== 'FIELDS') {
    throw new RedisError('ERR Mandatory argument FIELDS is missing or not at the right position');
  }
  const count = options.integer();
  const fields = options.rest();
  if (count < 1) throw new RedisError('ERR Parameter `numFields` should be greater than 0');
  if (count !== fields.length) {
    throw new RedisError('ERR The `numfields` parameter must match the number of arguments');
  }
  return { condition, fields };
}

function hexpire(db: Keyspace, args: Arguments, unit: string): Reply {
  const [name, key, text] = args;
  const { condition, fields } = readFields(args, 3);
  const at = expiryTime(db, { text, unit, command: name.toLowerCase(), pastAllowed: true });
  const hash = hashAt(db, key);
  if (hash === undefined) return fields.map(() => NO_FIELD);
  const due = db.expires && at <= db.now;
  const accepted: string[] = [];
  const codes = fields.map((field) => {
    if (!hash.fields.has(field)) return NO_FIELD;
    if (!mayBecome(hash.deadlines.get(field), at, condition)) return 0;
    accepted.push(field);
    hash.deadlines.set(field, at);
    return due ? DELETED : 1;
  });
  if (accepted.length === 0) return codes;
  if (due) dropFields(db, { key, hash, fields: accepted });
  const effect = due ? ['HDEL', key] : ['HPEXPIREAT', key, String(at), 'FIELDS', String(accepted.length)];
  db.changed([...effect, ...accepted]);
  return codes;
}

function mayBecome(known: number | undefined, at: number, condition: string | undefined): boolean {
  switch (condition) {
    case 'NX':
      return known === undefined;
    case 'XX':
      return known !== undefined;
    case 'GT':
      return known !== undefined && at > known;
    case 'LT':
      return known === undefined || at < known;
    default:
      return true;
  }
}

function hpersist(db: Keyspace, args: Arguments): Reply {
  const { fields } = readFields(args, 2);
  const hash = hashAt(db, args[1]);
  const codes = fields.map((field) => {
    if (!hash?.fields.has(field)) return NO_FIELD;
    return hash.deadlines.delete(field) ? 1 : NO_EXPIRY;
  });
  if (codes.includes(1)) db.changed();
  return codes;
}

function lifetimes(db: Keyspace, args: Arguments, measure: (at: number) => number): Reply {
  const { fields } = readFields(args, 2);
  const hash = hashAt(db, args[1]);
  return fields.map((field) => {
    if (!hash?.fields.has(field)) return NO_FIELD;
    const at = hash.deadlines.get(field);
    return at === undefined ? NO_EXPIRY : measure(at);
  });
}
