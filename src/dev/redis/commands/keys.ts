import { type Arguments, type CommandTable, optionsFrom } from '../command.ts';
import { matchesGlob } from '../glob.ts';
import type { Entry, Keyspace } from '../keyspace.ts';
import { OK, RedisError, type Reply, syntaxError } from '../reply.ts';
import { cloneEntry } from '../snapshot.ts';
import { readScanOptions } from './scan.ts';

/** Commands on keys of any type. */
export const keyCommands: CommandTable = {
  del: { arity: -2, write: true, run: remove },
  unlink: { arity: -2, write: true, run: remove },
  exists: { arity: -2, run: countExisting },
  touch: { arity: -2, run: countExisting },
  type: { arity: 2, run: (db, args) => ({ status: db.find(args[1])?.type ?? 'none' }) },
  rename: { arity: 3, write: true, run: rename },
  renamenx: { arity: 3, write: true, run: renamenx },
  copy: { arity: -3, write: true, run: copy },
  keys: { arity: 2, run: keys },
  scan: { arity: -2, run: scan },
  randomkey: { arity: 1, run: (db) => db.random() ?? null },
  dbsize: { arity: 1, run: (db) => db.size },
  flushdb: { arity: -1, write: true, run: flush },
  flushall: { arity: -1, write: true, run: flush },
};

function remove(db: Keyspace, [, ...keys]: Arguments): Reply {
  const removed = keys.filter((key) => db.find(key) !== undefined && db.delete(key));
  if (removed.length > 0) db.changed(['DEL', ...removed]);
  return removed.length;
}

function countExisting(db: Keyspace, [, ...keys]: Arguments): Reply {
  return keys.filter((key) => db.find(key) !== undefined).length;
}

function rename(db: Keyspace, [, from, to]: Arguments): Reply {
  const entry = existing(db, from);
  if (from !== to) move(db, entry, [from, to]);
  return OK;
}

function renamenx(db: Keyspace, [, from, to]: Arguments): Reply {
  const entry = existing(db, from);
  if (db.find(to) !== undefined) return 0;
  move(db, entry, [from, to]);
  return 1;
}

function existing(db: Keyspace, key: string): Entry {
  const entry = db.find(key);
  if (entry === undefined) throw new RedisError('ERR no such key');
  return entry;
}

function move(db: Keyspace, entry: Entry, [from, to]: [string, string]): void {
  db.find(to);
  db.delete(from);
  db.put(to, entry.type, entry);
  db.changed();
}

function copy(db: Keyspace, args: Arguments): Reply {
  const [, from, to] = args;
  let replace = false;
  const options = optionsFrom(args, 3);
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (word === 'REPLACE') replace = true;
    else if (word !== 'DB') throw syntaxError();
    else if (options.integer() !== 0) throw new RedisError('ERR DB index is out of range');
  }
  if (from === to) throw new RedisError('ERR source and destination objects are the same');
  const entry = db.find(from);
  if (entry === undefined || (db.find(to) !== undefined && !replace)) return 0;
  db.put(to, entry.type, cloneEntry(entry));
  db.changed();
  return 1;
}

function keys(db: Keyspace, [, pattern]: Arguments): Reply {
  const found: string[] = [];
  for (const { key } of db.nodes()) {
    if (matchesGlob(pattern, key) && db.find(key) !== undefined) found.push(key);
  }
  return found;
}

function scan(db: Keyspace, args: Arguments): Reply {
  const { cursor, count, matches, type, withType } = readScanOptions(args, 1);
  const page = db.scan(cursor, count);
  const found = page.nodes.flatMap(({ key, value }) => {
    const wanted = matches(key) && (type === undefined || value.type === type) && db.find(key) !== undefined;
    if (!wanted) return [];
    return withType ? [key, value.type] : [key];
  });
  return [String(page.cursor), found];
}

function flush(db: Keyspace, args: Arguments): Reply {
  const mode = args.length > 1 ? args[1].toUpperCase() : 'SYNC';
  if (args.length > 2 || (mode !== 'SYNC' && mode !== 'ASYNC')) throw syntaxError();
  db.clear();
  db.changed();
  return OK;
}
