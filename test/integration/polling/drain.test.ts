import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseOf, drainChanges } from '../../../src/changes/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createEnv, type Env } from '../../../src/env/index.ts';
import { createServices, type Report } from '../../../src/intake/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';
import { diagnose } from '../../../src/sync/index.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { deploymentOf } from './deployment.ts';
import { startQueueServer } from './queue-server.ts';

const WHAT = 'a drain that polls';

describe.skipIf(!hasMariadb(WHAT) || !hasRedis(WHAT))('with real servers', () => {
  let server: MariadbServer;
  let redis: RedisRestServer;
  beforeAll(async () => {
    [server, redis] = await Promise.all([startMariadbServer(), startRedisRestServer()]);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), redis?.stop()]);
  });

  let namespaces = 0;

  /** An application's empty table of users, and a function that drains it. */
  async function openDrain({ columns, queueUrl }: { columns: string; queueUrl: string }) {
    const url = await server.createDatabase();
    const app = await mysql.createConnection(url);
    await app.query(`CREATE TABLE users (${columns})`);
    namespaces += 1;
    const envFor = (queue: string): Env =>
      createEnv({
        DATABASE_URL: url,
        SKENE_URL: 'http://127.0.0.1:1',
        SKENE_SECRET: 'a secret of sixteen',
        QSTASH_URL: queue,
        QSTASH_TOKEN: 'token',
        UPSTASH_REDIS_REST_URL: redis.url,
        UPSTASH_REDIS_REST_TOKEN: redis.token,
        VERCEL_ENV: 'preview',
        VERCEL_GIT_COMMIT_REF: `drain-${namespaces}`,
      });
    const env = envFor(queueUrl);
    const database = databaseOf(env, { provider: 'mysql', urlVariable: 'DATABASE_URL' }, openDatabase);
    const reports: Report[] = [];
    return {
      app,
      env,
      reports,
      drain: (deployment: Deployment, queue = queueUrl) =>
        drainChanges(
          {
            deployment,
            services: createServices(envFor(queue), { report: (report) => reports.push(report) }),
            database,
          },
          { budgetMs: 5_000 },
        ),
      async [Symbol.asyncDispose]() {
        await app.end();
        await (await database()).close();
      },
    };
  }

  const WITH_ID = 'id int AUTO_INCREMENT PRIMARY KEY, email varchar(100)';

  it('takes nothing as read that QStash has not accepted', async () => {
    const queue = await startQueueServer({ faults: 0 });
    await using opened = await openDrain({ columns: WITH_ID, queueUrl: queue.url });
    const deployment = deploymentOf(30);
    const broken = await listen(async () => new Response('{}', { status: 503 }), { port: 0 });
    await opened.drain(deployment);
    await opened.app.query(`INSERT INTO users (email) VALUES ('a')`);
    await expect(opened.drain(deployment, broken.url)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(queue.runs.size).toBe(0);
    expect(await opened.drain(deployment)).toMatchObject({ handled: 1, isEmpty: true });
    await opened.drain(deployment);
    expect([...queue.runs].map(([subject, ids]) => [subject, ids.size])).toEqual([['1', 1]]);
    expect(queue.repeated).toBe(0);
    await Promise.all([queue.close(), broken.close()]);
  });

  it('tries a run again that QStash refuses, and goes on without it after a day', async () => {
    let isRefusing = true;
    const refuses = (subject: string) => subject === '1' || (subject === '2' && isRefusing);
    const queue = await startQueueServer({ faults: 0, refuses });
    await using opened = await openDrain({ columns: WITH_ID, queueUrl: queue.url });
    const deployment = deploymentOf(30);
    await opened.drain(deployment);
    await opened.app.query(`INSERT INTO users (email) VALUES ('a'), ('b'), ('c')`);
    expect(await opened.drain(deployment)).toMatchObject({ handled: 0, isEmpty: false });
    isRefusing = false;
    expect(await opened.drain(deployment)).toMatchObject({ isEmpty: false });
    expect([...queue.runs.keys()].sort()).toEqual(['2', '3']);

    const { cursors } = createServices(opened.env).state;
    const kept = await cursors.get('users');
    await cursors.set('users', kept?.cursor ?? '', Date.now() - 25 * 3_600_000);
    expect(await opened.drain(deployment)).toMatchObject({ isEmpty: true });
    expect(queue.repeated).toBe(0);
    await queue.close();
  });

  it('polls the other tables where one cannot be, and says why', async () => {
    const queue = await startQueueServer({ faults: 0 });
    await using opened = await openDrain({ columns: WITH_ID, queueUrl: queue.url });
    const deployment = deploymentOf(30);
    const [users] = deployment.watches;
    if (users === undefined) throw new Error('Nothing is watched.');
    const withOrphan = { ...deployment, watches: [{ ...users, table: 'orders' }, users] };
    await opened.drain(withOrphan);
    await opened.app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect(await opened.drain(withOrphan)).toMatchObject({ handled: 1 });
    expect(opened.reports).toContainEqual({
      kind: 'trouble',
      text: expect.stringMatching(/^orders cannot be polled: The database has no table orders\./),
    });
    await queue.close();
  });

  it('begins anew where a table has not been polled for more than a week', async () => {
    const queue = await startQueueServer({ faults: 0 });
    await using opened = await openDrain({ columns: WITH_ID, queueUrl: queue.url });
    const deployment = deploymentOf(30);
    await opened.drain(deployment);
    const { cursors } = createServices(opened.env).state;
    const kept = await cursors.get('users');
    await cursors.set('users', kept?.cursor ?? '', Date.now() - 8 * 86_400_000);
    await opened.app.query(`INSERT INTO users (email) VALUES ('old')`);
    expect(await opened.drain(deployment)).toMatchObject({ handled: 0 });
    expect(opened.reports).toContainEqual({
      kind: 'trouble',
      text: expect.stringContaining('it is watched from now on'),
    });
    await opened.app.query(`INSERT INTO users (email) VALUES ('new')`);
    await opened.drain(deployment);
    expect([...queue.runs.keys()]).toEqual(['2']);
    await queue.close();
  });

  it('lets the doctor tell how each table is polled, and how far behind', async () => {
    const queue = await startQueueServer({ faults: 0 });
    await using opened = await openDrain({
      columns: 'id char(36) DEFAULT uuid() PRIMARY KEY, created_at datetime NOT NULL DEFAULT now()',
      queueUrl: queue.url,
    });
    const deployment = deploymentOf(30);
    const look = async () =>
      (await diagnose(opened.env, deployment)).filter(({ name }) => name === 'polling');
    expect(await look()).toMatchObject([
      { state: 'warning', detail: 'users: inserts by created_at; not polled yet' },
      { state: 'warning', detail: expect.stringContaining('CREATE INDEX') },
    ]);
    await opened.drain(deployment);
    await opened.app.query('INSERT INTO users (id) VALUES (DEFAULT), (DEFAULT)');
    expect((await look())[0]).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^users: inserts by created_at; last polled \d s ago, 2 rows behind$/),
    });
    await opened.app.query('ALTER TABLE users DROP created_at');
    expect(await look()).toMatchObject([
      { state: 'problem', detail: expect.stringContaining('cannot be told from old ones') },
    ]);
    await queue.close();
  });
});
