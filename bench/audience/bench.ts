import { Cron } from 'croner';
import { devVariables } from '../../src/dev/environment.ts';
import { listen } from '../../src/dev/listen.ts';
import { startStack } from '../../src/dev/stack.ts';
import { openProject } from '../../src/project/index.ts';
import { createState } from '../../src/state/index.ts';
import { startFunctionHost } from '../../test/integration/retention/killable-host.ts';
import { MANY_USERS } from '../../test/integration/retention/many-users.ts';
import { freePort } from '../../test/servers/free-port.ts';
import { startRedisRestServer } from '../../test/servers/redis-rest.ts';
import { workflows } from '../../workflows/index.ts';
import type { Bench, Size } from '../bench.ts';

const RECIPIENTS: Readonly<Record<Size, readonly number[]>> = {
  smoke: [200],
  usual: [1_000, 10_000, 100_000],
  long: [10_000, 100_000, 1_000_000],
};

/** One user in ten is dormant. */
const USERS_PER_RECIPIENT = 10;

/** The loop of the NestJS seed, daily over all users: who gets its email a second, and what the functions' process takes at most. */
export const audience: Bench = {
  name: 'audience',
  async run(size) {
    const rows = [];
    for (const recipients of RECIPIENTS[size]) {
      console.error(`audience: ${recipients} of ${recipients * USERS_PER_RECIPIENT} users`);
      rows.push(await measurePass(recipients));
    }
    return {
      tables: [
        {
          title: 'A pass over an audience',
          columns: [
            { key: 'recipients', label: 'recipients' },
            { key: 'users', label: 'users' },
            { key: 'perSecond', label: 'recipients/s' },
            { key: 'atRest', label: 'memory of the functions before, MB' },
            { key: 'peak', label: 'at most, MB' },
            { key: 'redis', label: 'kept in Redis, MB' },
            { key: 'billed', label: 'billed messages per recipient', digits: 5 },
          ],
          rows,
        },
      ],
      plots: [
        {
          name: 'audience',
          title: 'A pass over an audience as it grows',
          x: 'recipients',
          y: 'recipients per second, and MB',
          series: [
            {
              name: 'recipients per second',
              points: rows.map((row) => [row.recipients, row.perSecond] as const),
            },
            {
              name: 'MB of the functions, at most',
              points: rows.map((row) => [row.recipients, row.peak] as const),
            },
            { name: 'MB kept in Redis', points: rows.map((row) => [row.recipients, row.redis] as const) },
          ],
        },
      ],
    };
  },
};

const cron = new Cron('0 9 * * *', { timezone: 'UTC', paused: true });
const STEP_MS = 5_000;
const MEGABYTE = 1024 ** 2;

async function measurePass(recipients: number) {
  const server = MANY_USERS.PostgreSQL;
  if (server === undefined) throw new Error('There is no fixture of many users on PostgreSQL.');
  const users = recipients * USERS_PER_RECIPIENT;
  const database = await server.start(users);
  const { project } = await openProject({ file: server.configIn('') });
  if (project === undefined) throw new Error('The loop is not right.');
  const resend = await startSink();
  // The local Redis holds no more than a Node process does: a few hundred thousand recipients.
  const redis = await startRedisRestServer({ takesUpstashLine: true });
  const redisVariables = { UPSTASH_REDIS_REST_URL: redis.url, UPSTASH_REDIS_REST_TOKEN: redis.token };
  const port = await freePort();
  const stack = await startStack({
    project,
    workflows,
    ports: { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 },
    log: () => ({ report() {}, email() {}, note() {}, problem() {} }),
    frozen: true,
    databaseUrl: database.url,
    variables: { ...redisVariables, SKENE_URL: `http://127.0.0.1:${port}` },
  });
  const variables = {
    ...devVariables({ ...stack.urls, functions: `http://127.0.0.1:${port}` }),
    ...redisVariables,
    DATABASE_URL: database.url,
    RESEND_BASE_URL: resend.url,
    SKENE_RESEND_RATE: '1000',
  };
  let atRest: number | undefined;
  let peak = 0;
  const host = startFunctionHost(
    { deployment: project.deployment, variables, port },
    stack.clock.now(),
    (rss) => {
      atRest ??= rss;
      peak = Math.max(peak, rss);
    },
  );
  const state = createState({ ...stack.env.redis, namespace: stack.env.namespace });
  const redisBefore = await memoryOf(redis.url);
  const due = cron.nextRun(new Date(stack.clock.now()))?.getTime() ?? 0;
  await host.setTime(due);
  const startedAt = performance.now();
  await stack.clock.advance(due - stack.clock.now());
  for (;;) {
    const runs = await state.runLog.list(1_000);
    if (runs.some(({ facts }) => facts.some(({ outcome }) => outcome === 'done'))) break;
    if (runs.some(({ facts }) => facts.some(({ outcome }) => outcome === 'failed')))
      throw new Error('The pass failed.');
    await stack.clock.advance(STEP_MS);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { billed } = stack.qstash.stats;
  if (resend.emails() !== recipients) throw new Error(`${resend.emails()} emails, not ${recipients}`);
  const redisAfter = await memoryOf(redis.url);
  await host.stop();
  await stack.close();
  await redis.stop();
  await resend.close();
  await database.close();
  return {
    recipients,
    users,
    perSecond: recipients / seconds,
    atRest: (atRest ?? 0) / MEGABYTE,
    peak: peak / MEGABYTE,
    redis: (redisAfter - redisBefore) / MEGABYTE,
    billed: billed / recipients,
  };
}

/** What a Redis holds, in bytes. */
async function memoryOf(url: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(['INFO', 'memory']) });
  const { result } = (await response.json()) as { result: string };
  return Number(/^used_memory:(\d+)/m.exec(result)?.[1]);
}

/** Stands for Resend and forgets what it was sent: the local inbox keeps it, which is not what is measured. */
async function startSink() {
  let count = 0;
  const server = await listen(
    async (request) => {
      const emails: unknown = await request.json();
      const taken = Array.isArray(emails) ? emails : [emails];
      const data = taken.map(() => ({ id: `email-${++count}` }));
      return Response.json(Array.isArray(emails) ? { data } : data[0]);
    },
    { port: 0 },
  );
  return { url: server.url, close: server.close, emails: () => count };
}
