import { type Arguments, type CommandTable, indexRange, optionsFrom } from '../command.ts';
import type { Keyspace } from '../keyspace.ts';
import { formatDouble, parseDouble, parseInteger } from '../numbers.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';
import type { Scored, SortedSet } from '../sorted-set.ts';
import { scanReply } from './scan.ts';
import { lexRange, type RankRange, scoreRange } from './sorted-set-ranges.ts';

/** Commands about sorted sets. */
export const sortedSetCommands: CommandTable = {
  zadd: { arity: -4, write: true, run: zadd },
  zincrby: {
    arity: 4,
    write: true,
    run: (db, args) => zadd(db, ['ZADD', args[1], 'INCR', args[2], args[3]]),
  },
  zrem: { arity: -3, write: true, run: zrem },
  zscore: { arity: 3, run: (db, args) => show(sortedSetAt(db, args[1])?.score(args[2])) },
  zmscore: { arity: -3, run: zmscore },
  zcard: { arity: 2, run: (db, args) => sortedSetAt(db, args[1])?.size ?? 0 },
  zrank: { arity: 3, run: (db, args) => sortedSetAt(db, args[1])?.rank(args[2]) ?? null },
  zrevrank: { arity: 3, run: zrevrank },
  zcount: { arity: 4, run: (db, args) => sizeOf(rangeAt(db, args, scoreRange)) },
  zlexcount: { arity: 4, run: (db, args) => sizeOf(rangeAt(db, args, lexRange)) },
  zrange: { arity: -4, run: zrange },
  zrevrange: { arity: -4, run: zrevrange },
  zrangebyscore: { arity: -4, run: (db, args) => byRange(db, args, { by: 'BYSCORE', reverse: false }) },
  zrevrangebyscore: { arity: -4, run: (db, args) => byRange(db, args, { by: 'BYSCORE', reverse: true }) },
  zrangebylex: { arity: -4, run: (db, args) => byRange(db, args, { by: 'BYLEX', reverse: false }) },
  zrevrangebylex: { arity: -4, run: (db, args) => byRange(db, args, { by: 'BYLEX', reverse: true }) },
  zremrangebyrank: { arity: 4, write: true, run: (db, args) => removeRange(db, args, indexRangeOf) },
  zremrangebyscore: { arity: 4, write: true, run: (db, args) => removeRange(db, args, scoreRange) },
  zremrangebylex: { arity: 4, write: true, run: (db, args) => removeRange(db, args, lexRange) },
  zpopmin: { arity: -2, write: true, run: (db, args) => zpop(db, args, false) },
  zpopmax: { arity: -2, write: true, run: (db, args) => zpop(db, args, true) },
  zscan: {
    arity: -3,
    run: (db, args) =>
      scanReply(args, sortedSetAt(db, args[1]), ({ key, value }) => [key, formatDouble(value)]),
  },
};

function sortedSetAt(db: Keyspace, key: string): SortedSet | undefined {
  return db.open(key, 'zset')?.value;
}

function show(score: number | undefined): string | null {
  return score === undefined ? null : formatDouble(score);
}

const ADD_FLAGS = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'];

function zadd(db: Keyspace, args: Arguments): Reply {
  let at = 2;
  const flags = new Set<string>();
  for (; ADD_FLAGS.includes(args[at]?.toUpperCase() ?? ''); at++)
    flags.add((args[at] as string).toUpperCase());
  const pairs = args.slice(at);
  checkFlags(flags, pairs.length);
  const scores = pairs.filter((_, index) => index % 2 === 0).map((text) => parseDouble(text));
  const known = sortedSetAt(db, args[1]);
  if (known === undefined && flags.has('XX')) return flags.has('INCR') ? null : 0;
  const set = known ?? db.create(args[1], 'zset');
  const results = scores.map((score, index) =>
    addOne(set, { member: pairs[index * 2 + 1] as string, score }, flags),
  );
  if (set.size === 0) db.delete(args[1]);
  if (results.some(({ change }) => change !== 'none')) db.changed();
  if (flags.has('INCR')) return show(results[0]?.score);
  return results.filter(({ change }) => change === 'added' || (flags.has('CH') && change === 'moved')).length;
}

function checkFlags(flags: ReadonlySet<string>, count: number): void {
  if (count === 0 || count % 2 !== 0) throw syntaxError();
  const isContradiction =
    (flags.has('NX') && (flags.has('XX') || flags.has('GT') || flags.has('LT'))) ||
    (flags.has('GT') && flags.has('LT'));
  if (flags.has('NX') && flags.has('XX'))
    throw new RedisError('ERR XX and NX options at the same time are not compatible');
  if (isContradiction)
    throw new RedisError('ERR GT, LT, and/or NX options at the same time are not compatible');
  if (flags.has('INCR') && count > 2)
    throw new RedisError('ERR INCR option supports a single increment-element pair');
}

/** Adds or moves one member, as the flags allow; `score` is missing where they do not. */
function addOne(
  set: SortedSet,
  { member, score }: Scored,
  flags: ReadonlySet<string>,
): { change: 'added' | 'moved' | 'none'; score: number | undefined } {
  const before = set.score(member);
  const after = flags.has('INCR') ? score + (before ?? 0) : score;
  if (Number.isNaN(after)) throw new RedisError('ERR resulting score is not a number (NaN)');
  const isRefused =
    before === undefined
      ? flags.has('XX')
      : flags.has('NX') || (flags.has('GT') && after <= before) || (flags.has('LT') && after >= before);
  if (isRefused) return { change: 'none', score: undefined };
  if (set.set(member, after)) return { change: 'added', score: after };
  return { change: before === after ? 'none' : 'moved', score: after };
}

function zrem(db: Keyspace, [, key, ...members]: Arguments): Reply {
  return removeMembers(db, key, members);
}

function removeMembers(db: Keyspace, key: string, members: readonly string[]): number {
  const set = sortedSetAt(db, key);
  if (set === undefined) return 0;
  const removed = members.filter((member) => set.delete(member)).length;
  if (set.size === 0) db.delete(key);
  if (removed > 0) db.changed();
  return removed;
}

function zmscore(db: Keyspace, [, key, ...members]: Arguments): Reply {
  const set = sortedSetAt(db, key);
  return members.map((member) => show(set?.score(member)));
}

function zrevrank(db: Keyspace, [, key, member]: Arguments): Reply {
  const set = sortedSetAt(db, key);
  const rank = set?.rank(member);
  return set === undefined || rank === undefined ? null : set.size - 1 - rank;
}

type ReadRange = (set: SortedSet, from: string, to: string) => RankRange;

const indexRangeOf: ReadRange = (set, from, to) => indexRange(parseInteger(from), parseInteger(to), set.size);

/** The ranks that `args[2]` and `args[3]` mean; the bounds are read even where the key is absent. */
function rangeAt(db: Keyspace, [, key, from, to]: Arguments, read: ReadRange): RankRange {
  return read(sortedSetAt(db, key) ?? NOTHING, from, to);
}

const NOTHING: Pick<SortedSet, 'size' | 'countWhile'> & SortedSet = {
  size: 0,
  score: () => undefined,
  set: () => false,
  delete: () => false,
  rank: () => undefined,
  countWhile: () => 0,
  range: () => [],
  scan: () => ({ cursor: 0, nodes: [] }),
  random: () => undefined,
  members: () => [].values(),
};

function sizeOf([start, end]: RankRange): number {
  return Math.max(0, end - start);
}

function removeRange(db: Keyspace, args: Arguments, read: ReadRange): Reply {
  const range = rangeAt(db, args, read);
  const found = sortedSetAt(db, args[1])?.range(...range) ?? [];
  return removeMembers(
    db,
    args[1],
    found.map(({ member }) => member),
  );
}

interface RangeQuery {
  by: 'INDEX' | 'BYSCORE' | 'BYLEX';
  reverse: boolean;
  limit?: [offset: number, count: number];
  withScores: boolean;
}

function zrange(db: Keyspace, args: Arguments): Reply {
  const query: RangeQuery = { by: 'INDEX', reverse: false, withScores: false };
  const options = optionsFrom(args, 4);
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (word === 'BYSCORE' || word === 'BYLEX') query.by = word;
    else if (word === 'REV') query.reverse = true;
    else if (word === 'WITHSCORES') query.withScores = true;
    else if (word === 'LIMIT') query.limit = [options.integer(), options.integer()];
    else throw syntaxError();
  }
  if (query.limit !== undefined && query.by === 'INDEX') {
    throw new RedisError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  }
  if (query.withScores && query.by === 'BYLEX') {
    throw new RedisError('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
  }
  return answer(db, args, query);
}

function zrevrange(db: Keyspace, args: Arguments): Reply {
  const withScores = args.length === 5 && args[4].toUpperCase() === 'WITHSCORES';
  if (args.length > 4 && !withScores) throw syntaxError();
  return answer(db, args, { by: 'INDEX', reverse: true, withScores });
}

function byRange(db: Keyspace, args: Arguments, { by, reverse }: Pick<RangeQuery, 'by' | 'reverse'>): Reply {
  const query: RangeQuery = { by, reverse, withScores: false };
  const options = optionsFrom(args, 4);
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (word === 'WITHSCORES' && by === 'BYSCORE') query.withScores = true;
    else if (word === 'LIMIT') query.limit = [options.integer(), options.integer()];
    else throw syntaxError();
  }
  return answer(db, args, query);
}

function answer(db: Keyspace, [, key, first, second]: Arguments, query: RangeQuery): Reply {
  const { by, reverse, withScores } = query;
  const set = sortedSetAt(db, key) ?? NOTHING;
  let [start, end] = ranksOf(set, [first, second], query);
  const [offset, count] = query.limit ?? [0, -1];
  const length = Math.max(0, end - start);
  const skipped = offset < 0 ? length : Math.min(offset, length);
  const kept = count < 0 ? length - skipped : Math.min(count, length - skipped);
  if (reverse) [start, end] = [end - skipped - kept, end - skipped];
  else [start, end] = [start + skipped, start + skipped + kept];
  const found = set.range(start, end);
  if (reverse) found.reverse();
  return found.flatMap(({ member, score }) =>
    withScores && by !== 'BYLEX' ? [member, formatDouble(score)] : [member],
  );
}

/** In reverse the bounds come the other way round: the higher first; indexes count from the end. */
function ranksOf(set: SortedSet, [first, second]: [string, string], { by, reverse }: RangeQuery): RankRange {
  const [low, high] = reverse ? [second, first] : [first, second];
  if (by === 'BYSCORE') return scoreRange(set, low, high);
  if (by === 'BYLEX') return lexRange(set, low, high);
  const [start, end] = indexRange(parseInteger(first), parseInteger(second), set.size);
  return reverse ? [set.size - end, set.size - start] : [start, end];
}

function zpop(db: Keyspace, args: Arguments, fromTop: boolean): Reply {
  const [, key, countText] = args;
  if (args.length > 3) throw syntaxError();
  const count = args.length === 2 ? 1 : parseInteger(countText);
  if (count < 0) throw new RedisError('ERR value is out of range, must be positive');
  const set = sortedSetAt(db, key);
  if (set === undefined) return [];
  const taken = fromTop
    ? set.range(Math.max(0, set.size - count), set.size).reverse()
    : set.range(0, Math.min(count, set.size));
  removeMembers(
    db,
    key,
    taken.map(({ member }) => member),
  );
  return taken.flatMap(({ member, score }) => [member, formatDouble(score)]);
}
