import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/dev/clock.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';

const TOKEN = 'token';
const key = fc.constantFrom('a', 'b', 'c');
const text = fc.constantFrom('', '1', '-7', '2.5', 'x', 'two words');
const member = fc.constantFrom('m', 'n', 'o', 'ö');
const index = fc.integer({ min: -4, max: 4 }).map(String);
const score = fc.constantFrom('0', '1', '1', '2.5', '-3', 'inf', 'no number');
const entryId = fc.constantFrom('0-0', '1-1', '1', '2-*', '5-3', '(1-1', '-', '+', 'x', '9-3');
const bound = fc.constantFrom('-inf', '+inf', '(1', '1', '2.5');
type Words = fc.Arbitrary<readonly string[]>;
const command = (name: string, ...parts: Array<fc.Arbitrary<string>>): Words =>
  fc.tuple(...parts).map((words) => [name, ...words]);

/** Commands whose replies come in an order that is not told are answered sorted. */
const UNORDERED = ['HGETALL', 'HKEYS', 'HVALS', 'KEYS', 'SINTER', 'SUNION', 'SDIFF', 'SMEMBERS'];

const anyCommand = fc.oneof(
  command('SET', key, text),
  command('SET', key, text, fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL')),
  command('GET', key),
  command('INCRBY', key, index),
  command('INCRBYFLOAT', key, fc.constantFrom('0.1', '2', '-1.5')),
  command('APPEND', key, text),
  command('GETRANGE', key, index, index),
  command('STRLEN', key),
  command('GETDEL', key),
  command('DEL', key),
  command('EXISTS', key, key),
  command('RENAME', key, key),
  command('KEYS', fc.constantFrom('*', '[ab]', '?')),
  // GT and LT would depend on the milliseconds between the two servers.
  command('EXPIRE', key, fc.constant('1000'), fc.constantFrom('NX', 'XX')),
  command('PERSIST', key),
  command('TTL', key),
  command('HSET', key, member, text, member, text),
  command('HGET', key, member),
  command('HDEL', key, member),
  command('HGETALL', key),
  command('HMGET', key, member, member),
  command('HINCRBY', key, member, index),
  command('HSETNX', key, member, text),
  command('RPUSH', key, member, member),
  command('LPUSH', key, member),
  command('LPOP', key),
  command('RPOP', key, fc.constantFrom('0', '1', '2')),
  command('LRANGE', key, index, index),
  command('LREM', key, index, member),
  command('LTRIM', key, index, index),
  command('LSET', key, index, member),
  command('LINSERT', key, fc.constantFrom('BEFORE', 'AFTER'), member, member),
  command('LMOVE', key, key, fc.constantFrom('LEFT', 'RIGHT'), fc.constantFrom('LEFT', 'RIGHT')),
  command('SADD', key, member, member),
  command('SREM', key, member),
  command('SISMEMBER', key, member),
  command('SMEMBERS', key),
  command('SMOVE', key, key, member),
  command('SINTER', key, key),
  command('SUNION', key, key),
  command('SDIFF', key, key),
  command('SUNIONSTORE', key, key, key),
  command('ZADD', key, score, member, score, member),
  command('ZADD', key, fc.constantFrom('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), score, member),
  command('ZINCRBY', key, score, member),
  command('ZREM', key, member),
  command('ZSCORE', key, member),
  command('ZRANK', key, member),
  command('ZREVRANK', key, member),
  command('ZCOUNT', key, bound, bound),
  command('ZRANGE', key, index, index, fc.constantFrom('WITHSCORES', 'REV')),
  command('ZRANGE', key, bound, bound, fc.constant('BYSCORE')),
  command('ZREMRANGEBYRANK', key, index, index),
  command('ZREMRANGEBYSCORE', key, bound, bound),
  command('ZPOPMIN', key, fc.constantFrom('1', '2')),
  command('ZCARD', key),
  command('XADD', key, entryId, member, text),
  command('XADD', key, fc.constantFrom('MAXLEN', 'MINID'), fc.constant('='), index, entryId, member, text),
  command('XADD', key, fc.constant('NOMKSTREAM'), entryId, member, text),
  command('XLEN', key),
  command('XRANGE', key, entryId, entryId),
  command('XREVRANGE', key, entryId, entryId, fc.constant('COUNT'), index),
  command('XDEL', key, entryId, entryId),
  command('XTRIM', key, fc.constantFrom('MAXLEN', 'MINID'), index),
  command('XSETID', key, entryId),
  command('TYPE', key),
);

describe.runIf(hasRedis('the comparison of the local Redis with a real one'))('the local Redis', () => {
  let real: RedisRestServer;
  let local: Listening;
  const server = createRedisServer({ clock: createClock(), journal: undefined, token: TOKEN });
  beforeAll(async () => {
    real = await startRedisRestServer();
    local = await listen((request) => server.handle(request), { port: 0 });
  });
  afterAll(async () => {
    await Promise.all([real.stop(), local.close()]);
    server.close();
  });

  async function run(url: string, commands: ReadonlyArray<readonly string[]>): Promise<unknown[]> {
    const response = await fetch(`${url}/pipeline`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'upstash-encoding': 'base64' },
      body: JSON.stringify(commands),
    });
    const answers = (await response.json()) as Array<{ result?: unknown; error?: string }>;
    return answers.map((answer, place) => {
      const name = commands[place]?.[0] ?? '';
      const { result } = answer;
      if (answer.error !== undefined) return answer.error;
      return Array.isArray(result) && UNORDERED.includes(name) ? [...result].sort() : result;
    });
  }

  it('answers any commands as Redis does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 20, maxLength: 60 }), async (commands) => {
        const all = [['FLUSHDB'], ...commands];
        expect(await run(local.url, all)).toEqual(await run(real.url, all));
      }),
      { numRuns: Number(process.env.SKENE_REDIS_RUNS ?? 200) },
    );
  });
});
