import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSkene } from '../../../src/adapters/upstash-redis.ts';
import { databaseOf, drainChanges } from '../../../src/changes/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { openDatabase as openRedis } from '../../../src/databases/open/upstash-redis.ts';
import { createEnv, type Env } from '../../../src/env/index.ts';
import { createServices, type Report } from '../../../src/intake/index.ts';
import { diagnose, planDatabaseSync } from '../../../src/sync/index.ts';
import { SERVERS, type TestedServer } from '../../contract/upstash-redis/servers.ts';
import { deploymentOf } from '../polling/deployment.ts';
import { type QueueServer, startQueueServer } from '../polling/queue-server.ts';

describe.each(SERVERS)('a deployment on %s', (name, start) => {
  let server: TestedServer;
  let queue: QueueServer;
  let env: Env;
  const usual = deploymentOf(30, 'upstash-redis');
  // Every writer tells here.
  const deployment = { ...usual, database: { ...usual.database, overlap: 0 } };
  const reports: Report[] = [];
  beforeAll(async () => {
    [server, queue] = await Promise.all([start(), startQueueServer({ faults: 0 })]);
    env = createEnv({
      SKENE_URL: 'http://127.0.0.1:1',
      SKENE_SECRET: 'a secret of sixteen',
      QSTASH_URL: queue.url,
      QSTASH_TOKEN: 'token',
      UPSTASH_REDIS_REST_URL: server.url,
      UPSTASH_REDIS_REST_TOKEN: server.token,
    });
  });
  afterAll(() => Promise.all([server?.stop(), queue?.close()]));

  const drain = () =>
    drainChanges(
      {
        deployment,
        services: createServices(env, { report: (report) => reports.push(report) }),
        database: databaseOf(env, deployment.database, openDatabase),
      },
      { budgetMs: 5_000 },
    );
  const look = async () => (await diagnose(env, deployment)).filter(({ name }) => name === 'polling');

  it('is told by the doctor how each table is watched, and how far behind', async () => {
    expect(await look()).toMatchObject([
      { state: 'warning', detail: 'users: inserts by looking at every key; not polled yet' },
      { state: 'warning', detail: expect.stringContaining('withSkene()') },
    ]);
    await drain();
    const app = withSkene(new Redis(server));
    await app.hset('users:u1', { email: 'ada@example.com' });
    await drain();
    await drain();
    await app.hset('users:u2', { email: 'bob@example.com' });
    expect(await look()).toMatchObject([
      {
        state: 'ok',
        detail: expect.stringMatching(
          /^users: inserts by the stream skene:changes:users; last polled \d s ago, 1 rows behind/,
        ),
      },
    ]);
    await drain();
    expect([...queue.runs.keys()].sort()).toEqual(['u1', 'u2']);
    expect([...queue.runs.values()].map(({ size }) => size)).toEqual([1, 1]);
    expect(reports.filter(({ kind }) => kind === 'trouble')).toEqual([]);
  });

  it('has nothing to be synced in its database', async () => {
    const database = await databaseOf(env, deployment.database, openDatabase)();
    expect(await planDatabaseSync(database, deployment.watches)).toMatchObject({
      actions: [{ action: 'keep', table: 'users', reason: expect.stringContaining('by the stream') }],
      statements: [],
    });
  });

  it('is told which variable is wrong', async () => {
    const wrong = createEnv({ UPSTASH_REDIS_REST_URL: server.url, UPSTASH_REDIS_REST_TOKEN: 'wrong' });
    const opened = databaseOf(wrong, deployment.database, openDatabase)();
    // Only the local Redis asks for the token here.
    if (name === 'the local Redis')
      await expect((await opened).find('users', 'id', 'u1')).rejects.toMatchObject({ code: 'ENV_INVALID' });
    const none = databaseOf(createEnv({}), deployment.database, openDatabase)();
    await expect(none).rejects.toMatchObject({ code: 'ENV_MISSING' });
    const other = createEnv({ DATABASE_URL: 'postgres://localhost/app' });
    await expect(databaseOf(other, deployment.database, openRedis)()).rejects.toMatchObject({
      message: expect.stringContaining('built for upstash-redis'),
    });
  });
});
