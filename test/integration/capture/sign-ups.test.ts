import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { createClock } from '../../../src/dev/clock.ts';
import { DEV_REDIS_TOKEN, type DevUrls } from '../../../src/dev/environment.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createQStash } from '../../../src/dev/qstash/index.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { activation } from '../loops/activation.ts';
import { openCaptureDatabase } from './capture-database.ts';

const SIGN_UPS = 1_000;
const KILLS = 10;

let server: PostgresServer;
const clock = createClock();
const started: string[] = [];
const redis = createRedisServer({ clock, journal: undefined, token: DEV_REDIS_TOKEN });
const listeners: Listening[] = [];
let qstash: ReturnType<typeof createQStash>;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(async () => {
  clock.stop();
  qstash.close();
  await Promise.all(listeners.map((listener) => listener.close()));
  await server.stop();
});

async function open(handler: (request: Request) => Promise<Response>): Promise<string> {
  const listener = await listen(handler, { port: 0 });
  listeners.push(listener);
  return listener.url;
}

/** QStash and Redis in this process, and functions that note which runs reach them. */
async function openServices(database: string): Promise<DevUrls> {
  const functions = await open(async (request) => {
    // It answers no step, so that QStash tells it of the failure of each run as well.
    if (!request.headers.has('upstash-workflow-is-failure'))
      started.push(request.headers.get('upstash-workflow-runid') ?? '');
    return new Response(null, { status: 200 });
  });
  const url = await open((request) => qstash.handle(request));
  qstash = createQStash({ clock, journal: undefined, url });
  return {
    functions,
    qstash: url,
    redis: await open((request) => redis.handle(request)),
    inbox: functions,
    database,
  };
}

it(`starts one run for each of ${SIGN_UPS} sign-ups of one transaction, with the drain killed ${KILLS} times`, {
  timeout: 120_000,
}, async () => {
  await using capture = await openCaptureDatabase(await server.createDatabase());
  await capture.owner.query(
    'CREATE TABLE user_actions (id bigserial PRIMARY KEY, user_id text, action_type text)',
  );
  const deployment = compileConfig(resolveConfig(activation));
  await capture.sync(deployment.watches);
  const urls = await openServices(capture.url);
  await capture.app.query('BEGIN');
  for (let count = 0; count < SIGN_UPS; count += 1)
    await capture.app.query('INSERT INTO users (email) VALUES ($1)', [`user${count}@example.com`]);
  await capture.app.query('COMMIT');

  const drain = (): ChildProcess =>
    spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        join(import.meta.dirname, 'intake-process.ts'),
        JSON.stringify({ urls, deployment }),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  const waiting = async () => (await capture.database.capture.outbox.status()).waiting;
  expect(await waiting()).toBe(SIGN_UPS);
  for (let kills = 0; kills < KILLS; kills += 1) {
    const child = drain();
    const before = redis.commandCount;
    await vi.waitFor(() => expect(redis.commandCount).toBeGreaterThan(before), {
      timeout: 20_000,
      interval: 1,
    });
    await pause(Math.random() * 40);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(await waiting()).toBeGreaterThan(0);

  // Rows on a dead drain's lease come back after 15 s.
  await vi.waitFor(
    async () => {
      await once(drain(), 'exit');
      expect(await waiting()).toBe(0);
    },
    { timeout: 60_000, interval: 1_000 },
  );
  await qstash.idle();
  expect(started).toHaveLength(SIGN_UPS);
  expect(new Set(started).size).toBe(SIGN_UPS);
});
