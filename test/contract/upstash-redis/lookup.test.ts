import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/upstash-redis.ts';
import { layoutOf, type TableNames } from '../../../src/hashes/index.ts';
import { toSelectPlan } from '../../../src/sql/index.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';

/** `SKENE_LOOKUP_ROWS=1000000` makes the long form of this. */
const ROWS = Number(process.env.SKENE_LOOKUP_ROWS ?? 20_000);
const ROWS_OF_ONE = 20;
const CHUNK = 20_000;

/** Writes rows within the server: user 0 has ROWS_OF_ONE of them, others the rest. */
const FILL = `
for i = ARGV[1], ARGV[2] do
  local user = i % (${ROWS} / ${ROWS_OF_ONE})
  redis.call('HSET', 'user_actions:' .. i, 'user_id', 'u' .. user, 'action_type', i % 2 == 0 and 'looked' or 'first_project_created')
  redis.call('SADD', 'skene:index:user_actions:user_id:u' .. user, i)
  redis.call('RPUSH', 'user:u' .. user .. ':actions', 'user_actions:' .. i)
end`;

const SEED = `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`;

describe.runIf(hasRedis('look-ups among many rows'))(`a look-up among ${ROWS} rows`, () => {
  let server: RedisRestServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisRestServer();
    redis = new Redis(server);
    for (let from = 0; from < ROWS; from += CHUNK) await redis.eval(FILL, [], [from, from + CHUNK - 1]);
    await redis.hset('skene:indexes', { 'user_actions.user_id': { knownAt: 1 } });
  }, 120_000);
  afterAll(() => server?.stop());

  /** How many commands the server runs for some work. */
  async function countCommands(work: () => Promise<unknown>): Promise<number> {
    const read = async (): Promise<number> => {
      const text = await redis.eval<[], string>("return redis.call('INFO', 'stats')", [], []);
      return Number(/total_commands_processed:(\d+)/.exec(text)?.[1]);
    };
    const first = await read();
    const second = await read();
    await work();
    return (await read()) - second - (second - first);
  }

  const open = (tables?: Record<string, TableNames>): Promise<Database> =>
    openDatabase({ url: Object.assign(new URL(server.url), { password: server.token }).href, tables });

  /** What a query answers, how many commands the server ran for it, and how long it took. */
  async function ask(database: Database, sql: string, names?: TableNames) {
    const compiled = toSelectPlan(sql, (table) => layoutOf(table, names));
    if (!compiled.ok) throw new Error(compiled.message);
    let rows: unknown[] = [];
    let ms = 0;
    const commands = await countCommands(async () => {
      const started = performance.now();
      rows = await database.select({ sql, select: compiled.plan, params: ['u0'], timeoutMs: 10_000 });
      ms = Math.round(performance.now() - started);
    });
    return { rows, ms, commands };
  }

  it('costs what the rows of the one user cost, by the index that is kept', async () => {
    const { rows, commands, ms } = await ask(await open(), SEED);
    expect(rows).toHaveLength(0);
    const all = await ask(await open(), 'SELECT count(*) FROM user_actions WHERE user_id = $1');
    expect(all.rows).toEqual([{ count: String(ROWS_OF_ONE) }]);
    // Two keys of the index (a value may be written as JSON), how complete it is, and the rows.
    expect([commands, all.commands]).toEqual([3 + ROWS_OF_ONE, 3 + ROWS_OF_ONE]);
    process.stdout.write(
      `${ROWS} rows, ${ROWS_OF_ONE} of the user: ${commands} commands, ${ms} ms, then ${all.ms} ms\n`,
    );
  });

  it('costs the same by an index of the application', async () => {
    const names = { index: { user_id: 'user:{user_id}:actions' } };
    const { rows, commands } = await ask(
      await open({ user_actions: names }),
      'SELECT id FROM user_actions WHERE user_id = $1',
      names,
    );
    expect(rows).toHaveLength(ROWS_OF_ONE);
    expect(commands).toBe(2 + ROWS_OF_ONE);
  });

  it('finds a row by its key with one command, and by another column through the index', async () => {
    const database = await open();
    const commands = await countCommands(async () =>
      expect(await database.find('user_actions', 'id', '7')).toMatchObject({ id: 7, user_id: 'u7' }),
    );
    expect(commands).toBe(1);
    expect(await database.find('user_actions', 'user_id', 'u7')).toMatchObject({ user_id: 'u7' });
    expect(await database.find('user_actions', 'id', 'none')).toBeUndefined();
    await redis.hset('user_actions:7:secret', { a: 1 });
    expect(await database.find('user_actions', 'id', '7:secret')).toBeUndefined();
  });

  it('finds a row by a string that holds its id', async () => {
    await redis.set('user:email:u7@example.com', '7');
    const database = await open({ user_actions: { index: { email: 'user:email:{email}' } } });
    await redis.hset('user_actions:7', { email: 'u7@example.com' });
    expect(await database.find('user_actions', 'email', 'u7@example.com')).toMatchObject({ id: 7 });
    expect(await database.find('user_actions', 'email', 'nobody@example.com')).toBeUndefined();
  });

  it.each(['https://x.upstash.io', 'rediss://default:token@x.upstash.io:6379'])(
    'has no address at %s',
    async (url) => {
      await expect(openDatabase({ url })).rejects.toMatchObject({
        code: 'ENV_INVALID',
        hint: expect.stringContaining('REST'),
      });
    },
  );

  it('says whose turn it is when it cannot', async () => {
    const wrong = await open({ user_actions: { index: { kind: 'user_actions:{kind}' } } });
    await expect(wrong.find('user_actions', 'kind', '7')).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    const gone = await openDatabase({ url: 'http://:token@127.0.0.1:1' });
    await expect(gone.find('user_actions', 'id', '7')).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    const query = { sql: 'SELECT 1', params: [], timeoutMs: 1_000 };
    await expect((await open()).select(query)).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });

  it('looks at every key where the index is not complete, and says so when the time is up', async () => {
    await redis.hset('skene:indexes', { 'user_actions.user_id': { knownAt: 1, at: '0' } });
    const compiled = toSelectPlan(SEED, layoutOf);
    if (!compiled.ok) throw new Error(compiled.message);
    const query = { sql: SEED, select: compiled.plan, params: ['u1'] };
    const database = await open();
    await expect(database.select({ ...query, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    if (ROWS <= 20_000)
      expect(await database.select({ ...query, timeoutMs: 30_000 })).toHaveLength(ROWS_OF_ONE);
  });
});
