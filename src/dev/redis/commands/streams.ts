import { type Arguments, type CommandTable, type Options, optionsFrom, wrongArity } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { parseInteger } from '../numbers.ts';
import { OK, RedisError, type Reply, syntaxError } from '../reply.ts';
import { compareIds, formatId, type Stream, type StreamEntry, type StreamId, ZERO_ID } from '../stream.ts';

/** Commands on streams: appending, reading by ids, trimming. Consumer groups are not here. */
export const streamCommands: CommandTable = {
  xadd: { arity: -5, write: true, run: xadd },
  xlen: { arity: 2, run: (db, args) => streamAt(db, args[1])?.length ?? 0 },
  xrange: { arity: -4, run: (db, args) => range(db, args, { isReversed: false }) },
  xrevrange: { arity: -4, run: (db, args) => range(db, args, { isReversed: true }) },
  xdel: { arity: -3, write: true, run: xdel },
  xtrim: { arity: -4, write: true, run: xtrim },
  xsetid: { arity: 3, write: true, run: xsetid },
};

const MOST = 18_446_744_073_709_551_615n;
const LAST_ID: StreamId = { ms: Number(MOST), seq: Number(MOST) };

function streamAt(db: Keyspace, key: string): Stream | undefined {
  return db.open(key, 'stream')?.value;
}

function invalidId(): RedisError {
  return new RedisError('ERR Invalid stream ID specified as stream command argument');
}

/** An id, whose number may be left out. */
function parseId(text: string, missingSeq: number): StreamId {
  const match = /^(\d{1,20})(?:-(\d{1,20}))?$/.exec(text);
  if (match === null) throw invalidId();
  const [, ms = '', seq] = match;
  if (BigInt(ms) > MOST || (seq !== undefined && BigInt(seq) > MOST)) throw invalidId();
  return { ms: Number(ms), seq: seq === undefined ? missingSeq : Number(seq) };
}

/** Which of the oldest entries are to go. */
type Trim = { by: 'MAXLEN'; length: number } | { by: 'MINID'; id: StreamId };

/** Reads what follows MAXLEN or MINID. An approximate trimming is exact here; Redis keeps some more. */
function readTrim(by: Trim['by'], options: Options): { trim: Trim; following: string | undefined } {
  let threshold = options.text();
  const isApproximate = threshold === '~';
  if (isApproximate || threshold === '=') threshold = options.text();
  const trim: Trim =
    by === 'MAXLEN' ? { by, length: readLength(threshold) } : { by, id: parseId(threshold, 0) };
  const [following] = options.rest();
  if (following?.toUpperCase() !== 'LIMIT') return { trim, following };
  options.text();
  if (options.integer() < 0) throw new RedisError('ERR The LIMIT argument must be >= 0.');
  if (!isApproximate)
    throw new RedisError('ERR syntax error, LIMIT cannot be used without the special ~ option');
  return { trim, following: options.rest()[0] };
}

function readLength(text: string): number {
  const length = parseInteger(text);
  if (length < 0) throw new RedisError('ERR The MAXLEN argument must be >= 0.');
  return length;
}

function applyTrim(stream: Stream, trim: Trim): number {
  return trim.by === 'MAXLEN' ? stream.keepLast(trim.length) : stream.keepFrom(trim.id);
}

function trimEffect(key: string, trim: Trim): string[] {
  return ['XTRIM', key, trim.by, '=', trim.by === 'MAXLEN' ? String(trim.length) : formatId(trim.id)];
}

function xadd(db: Keyspace, args: Arguments): Reply {
  const key = args[1];
  const options = optionsFrom(args, 2);
  let makesStream = true;
  let trim: Trim | undefined;
  let idText = options.text();
  for (let word = idText.toUpperCase(); ; word = idText.toUpperCase()) {
    if (word === 'NOMKSTREAM') makesStream = false;
    else if (word === 'MAXLEN' || word === 'MINID') trim = readTrim(word, options).trim;
    else break;
    idText = options.text();
  }
  const fields = options.rest();
  const idOf = readNewId(idText);
  if (fields.length === 0 || fields.length % 2 !== 0) throw wrongArity('xadd');
  if (!makesStream && streamAt(db, key) === undefined) return null;

  const known = streamAt(db, key);
  const id = idOf(known?.lastId ?? ZERO_ID, db.now);
  const stream = known ?? db.create(key, 'stream');
  stream.append({ id, fields });
  // Whatever stood for the id, this is the one to remember.
  db.changed(['XADD', key, formatId(id), ...fields]);
  if (trim !== undefined && applyTrim(stream, trim) > 0) db.changed(trimEffect(key, trim));
  return formatId(id);
}

/** How the id of a new entry comes from the last one and the time. */
function readNewId(text: string): (last: StreamId, now: number) => StreamId {
  if (text === '*') return (last, now) => following(last, Math.floor(now));
  const [ms = '', seq] = text.split('-');
  if (seq === '*') {
    const at = parseId(ms, 0).ms;
    return (last) => {
      if (at < last.ms) throw notGreater();
      return following(last, at);
    };
  }
  const id = parseId(text, 0);
  if (compareIds(id, ZERO_ID) === 0)
    throw new RedisError('ERR The ID specified in XADD must be greater than 0-0');
  return (last) => {
    if (compareIds(id, last) <= 0) throw notGreater();
    return id;
  };
}

/** The first id at or after a time that comes after another. */
function following(last: StreamId, ms: number): StreamId {
  return ms > last.ms ? { ms, seq: 0 } : { ms: last.ms, seq: last.seq + 1 };
}

function notGreater(): RedisError {
  return new RedisError('ERR The ID specified in XADD is equal or smaller than the target stream top item');
}

function range(db: Keyspace, args: Arguments, { isReversed }: { isReversed: boolean }): Reply {
  const [, key, one, other] = args;
  const start = readBound(isReversed ? other : one, { isStart: true });
  const end = readBound(isReversed ? one : other, { isStart: false });
  let count = Number.POSITIVE_INFINITY;
  const options = optionsFrom(args, 4);
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (word !== 'COUNT') throw syntaxError();
    count = Math.max(0, options.integer());
  }
  const stream = streamAt(db, key);
  if (stream === undefined) return [];
  if (count === 0) return null;
  const found = stream.between(start, end);
  return (isReversed ? found.reverse() : found).slice(0, count).map(shown);
}

function shown({ id, fields }: StreamEntry): Reply {
  return [formatId(id), fields];
}

/** A bound of a range, as an id that is in the range; `(` leaves out the id that follows it. */
function readBound(text: string, { isStart }: { isStart: boolean }): StreamId {
  if (text === '-') return ZERO_ID;
  if (text === '+') return LAST_ID;
  const isExclusive = text.startsWith('(');
  const id = parseId(isExclusive ? text.slice(1) : text, isStart ? 0 : LAST_ID.seq);
  if (!isExclusive) return id;
  if (isStart) return { ms: id.ms, seq: id.seq + 1 };
  if (compareIds(id, ZERO_ID) === 0) throw new RedisError('ERR invalid end ID for the interval');
  return id.seq > 0 ? { ms: id.ms, seq: id.seq - 1 } : { ms: id.ms - 1, seq: LAST_ID.seq };
}

function xdel(db: Keyspace, args: Arguments): Reply {
  const stream = streamAt(db, args[1]);
  if (stream === undefined) return 0;
  const ids = args.slice(2).map((text) => parseId(text, 0));
  const deleted = ids.filter((id) => stream.delete(id)).length;
  if (deleted > 0) db.changed();
  return deleted;
}

function xtrim(db: Keyspace, args: Arguments): Reply {
  const [, key, word] = args;
  const by = word.toUpperCase();
  if (by !== 'MAXLEN' && by !== 'MINID') throw syntaxError();
  const { trim, following: more } = readTrim(by, optionsFrom(args, 3));
  if (more !== undefined) throw syntaxError();
  const stream = streamAt(db, key);
  const trimmed = stream === undefined ? 0 : applyTrim(stream, trim);
  if (trimmed > 0) db.changed(trimEffect(key, trim));
  return trimmed;
}

function xsetid(db: Keyspace, [, key, text]: Arguments): Reply {
  const id = parseId(text, 0);
  const stream = streamAt(db, key);
  if (stream === undefined) throw new RedisError('ERR no such key');
  const [last] = stream.between(ZERO_ID, LAST_ID).slice(-1);
  if (last !== undefined && compareIds(id, last.id) < 0)
    throw new RedisError('ERR The ID specified in XSETID is smaller than the target stream top item');
  stream.lastId = id;
  db.changed();
  return OK;
}
