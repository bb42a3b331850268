import { Redis } from '@upstash/redis';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSkene } from '../../../src/adapters/upstash-redis.ts';
import { WATCHED_TABLES } from '../../../src/hashes/index.ts';
import { SERVERS, type TestedServer } from './servers.ts';

const WATCHED = {
  'users:{id}': {
    table: 'users',
    before: 'users:',
    after: '',
    operations: ['insert', 'update', 'delete'],
    indexes: [],
  },
  'app:{id}:action': {
    table: 'actions',
    before: 'app:',
    after: ':action',
    operations: ['insert', 'delete'],
    indexes: ['user_id'],
  },
};

const key = fc.constantFrom(
  'users:1',
  'users:2',
  'users:1:profile',
  'app:1:action',
  'app:2:action',
  'session:1',
);
const field = fc.constantFrom('user_id', 'n', 'naïve "name"');
const value = fc.constantFrom<unknown>('a', 'b', 5, 2.5, true, { deep: ['ö'] }, '');

type Client = Redis | ReturnType<Redis['multi']>;
type Step = (client: Client) => unknown;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, field, value, value).map(
    ([at, name, one, other]): Step =>
      (client) =>
        client.hset(at, { [name]: one, extra: other }),
  ),
  fc.tuple(key, field, value).map(
    ([at, name, one]): Step =>
      (client) =>
        client.hmset(at, { [name]: one }),
  ),
  fc.tuple(key, field, value).map(
    ([at, name, one]): Step =>
      (client) =>
        client.hsetnx(at, name, one),
  ),
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.hincrby(at, 'n', 3),
  ),
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.hincrbyfloat(at, 'n', 0.5),
  ),
  fc.tuple(key, field).map(
    ([at, name]): Step =>
      (client) =>
        client.hdel(at, name, 'extra'),
  ),
  fc.tuple(key, key).map(
    ([at, other]): Step =>
      (client) =>
        client.del(at, other),
  ),
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.unlink(at),
  ),
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.hgetall(at),
  ),
  // Fails where the field is text.
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.hincrby(at, 'user_id', 1),
  ),
  fc.tuple(key).map(
    ([at]): Step =>
      (client) =>
        client.exists(at),
  ),
);

type Way = 'one by one' | 'together' | 'pipeline' | 'transaction';
const part = fc.record({
  way: fc.constantFrom<Way>('one by one', 'together', 'pipeline', 'transaction'),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
});

/** Does steps in one of the ways that the client has, and says what was answered. */
async function perform(redis: Redis, { way, steps }: { way: Way; steps: Step[] }): Promise<unknown[]> {
  const answerOf = (promise: unknown) =>
    (promise as Promise<unknown>).catch(
      (error: Error) => /not an integer|not a (?:valid )?float/.exec(error.message)?.[0] ?? error,
    );
  switch (way) {
    case 'one by one': {
      const answers: unknown[] = [];
      for (const each of steps) answers.push(await answerOf(each(redis)));
      return answers;
    }
    case 'together':
      return Promise.all(steps.map((each) => answerOf(each(redis))));
    case 'pipeline':
    case 'transaction': {
      const batch = way === 'pipeline' ? redis.pipeline() : redis.multi();
      for (const each of steps) each(batch);
      const answers = await batch.exec({ keepErrors: true });
      return answers.map(({ result, error }) => error ?? result);
    }
  }
}

interface Content {
  /** Every hash that the application wrote, by its key. */
  hashes: Record<string, Record<string, string>>;
  /** Every key of Skene's indexes, with what it lists. */
  indexes: Record<string, string[]>;
}

async function contentOf(raw: Redis): Promise<Content> {
  const content: Content = { hashes: {}, indexes: {} };
  for (const name of (await raw.keys('*')).sort()) {
    if (name.startsWith('skene:index:')) content.indexes[name] = (await raw.smembers<string[]>(name)).sort();
    else if (!name.startsWith('skene:')) content.hashes[name] = toRecord(await raw.hgetall(name));
  }
  return content;
}

/** What a client that parses nothing gives of a hash, or of an entry. */
function toRecord(list: unknown): Record<string, string> {
  const words = list as string[];
  return Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])),
  );
}

/** The rows of a table, as its stream tells of them. */
async function replay(raw: Redis, table: string): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {};
  const entries = (await raw.xrange(`skene:changes:${table}`, '-', '+')) as unknown as Array<
    [string, string[]]
  >;
  for (const [, words] of entries) {
    const { operation, id = '', row = '' } = toRecord(words);
    expect(Object.hasOwn(rows, id)).toBe(operation !== 'insert');
    if (operation === 'delete') delete rows[id];
    else rows[id] = JSON.parse(row);
  }
  return rows;
}

/** What an index has to list, looked up in the rows themselves. */
function indexOf(actions: Record<string, Record<string, string>>): Record<string, string[]> {
  const index: Record<string, string[]> = {};
  for (const [id, { user_id: value }] of Object.entries(actions)) {
    if (value === undefined) continue;
    index[`skene:index:actions:user_id:${value}`] = [
      ...(index[`skene:index:actions:user_id:${value}`] ?? []),
      id,
    ].sort();
  }
  return index;
}

function under(hashes: Content['hashes'], pattern: RegExp): Content['hashes'] {
  return Object.fromEntries(
    Object.entries(hashes).flatMap(([name, fields]) => {
      const id = pattern.exec(name)?.[1];
      return id === undefined ? [] : [[id, fields]];
    }),
  );
}

describe.each(SERVERS)('a client that tells, on %s', (_, start) => {
  let told: TestedServer;
  let plain: TestedServer;
  beforeAll(async () => {
    [told, plain] = await Promise.all([start(), start()]);
  });
  afterAll(() => Promise.all([told?.stop(), plain?.stop()]));

  it('answers as one that does not and leaves the same behind, and its stream and indexes say what that is', async () => {
    const app = withSkene(new Redis(told));
    const other = new Redis(plain);
    const raw = new Redis({ ...told, automaticDeserialization: false });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), async (parts) => {
        await Promise.all([app.flushdb(), other.flushdb()]);
        await raw.hset(WATCHED_TABLES, WATCHED);
        for (const each of parts) expect(await perform(app, each)).toEqual(await perform(other, each));
        const { hashes, indexes } = await contentOf(raw);
        expect(hashes).toEqual(
          (await contentOf(new Redis({ ...plain, automaticDeserialization: false }))).hashes,
        );
        expect(await replay(raw, 'users')).toEqual(under(hashes, /^users:(\d)$/));
        expect(indexes).toEqual(indexOf(under(hashes, /^app:(\d):action$/)));
      }),
      { numRuns: Number(process.env.SKENE_REDIS_RUNS ?? 30) },
    );
  });

  it('is refused as one that does not is, and then nothing is told', async () => {
    const app = withSkene(new Redis(told));
    await app.flushdb();
    await app.hset(WATCHED_TABLES, WATCHED);
    await app.set('users:1', 'no hash');
    await expect(app.hset('users:1', { a: 1 })).rejects.toThrow('WRONGTYPE');
    await expect(app.multi().hset('users:1', { a: 1 }).hset('users:2', { a: 1 }).exec()).rejects.toThrow(
      'WRONGTYPE',
    );
    expect(await replay(new Redis({ ...told, automaticDeserialization: false }), 'users')).toEqual({
      2: { a: '1' },
    });
  });

  it('takes commands of any length', async () => {
    const app = withSkene(new Redis(told));
    await app.flushdb();
    await app.hset(WATCHED_TABLES, WATCHED);
    const fields = Object.fromEntries(Array.from({ length: 5_001 }, (__, index) => [`f${index}`, index]));
    expect(await app.hset('users:1', fields)).toBe(5_001);
    expect(await app.hmset('users:2', fields)).toBe('OK');
    expect(await app.hdel('users:1', ...Object.keys(fields).slice(1))).toBe(5_000);
    const keys = Array.from({ length: 9_000 }, (__, index) => `users:${index}`);
    expect(await app.del(...keys)).toBe(2);
    expect(await replay(new Redis({ ...told, automaticDeserialization: false }), 'users')).toEqual({});
  });

  it('tells nothing of a write that changes nothing, nor of tables that nobody watches', async () => {
    const app = withSkene(withSkene(new Redis(told)));
    await app.flushdb();
    await app.hset('users:1', { a: 1 });
    expect(await app.exists('skene:changes:users')).toBe(0);
    await app.hset(WATCHED_TABLES, WATCHED);
    await app.hset('users:1', { a: 1 });
    await app.hset('users:1:profile', { a: 1 });
    expect(await app.exists('skene:changes:users')).toBe(0);
    await app.hset('users:1', { a: 2 });
    expect(await app.xlen('skene:changes:users')).toBe(1);
  });
});

it('takes clients of @upstash/redis and nothing else', () => {
  expect(() => withSkene({ hset: () => 1 })).toThrow('withSkene() takes a client of @upstash/redis');
});
