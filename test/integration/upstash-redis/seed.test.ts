import { Redis } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { withSkene } from '../../../src/adapters/upstash-redis.ts';
import { createWorld } from '../../../src/testing/index.ts';
import seed from '../../fixtures/seeds/next-upstash-clerk.skene.config.ts';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';

/** The seed's world, and the application's client for the database that it watches. */
async function openWorld(databaseUrl: string | undefined) {
  const world = await createWorld({ config: seed, provider: 'upstash-redis', databaseUrl });
  const { origin, password } = new URL(world.stack.urls.database);
  await world.settle();
  return { world, redis: new Redis({ url: origin, token: password }) };
}

async function signUp(redis: Redis, name: string): Promise<void> {
  const email = `${name.toLowerCase()}@example.com`;
  await redis.hset(`users:${name}`, { email, name, activation_link: 'https://example.com/start' });
}

/** Two people sign up, one creates a project: who is mailed. */
async function mailedIn(databaseUrl: string | undefined, wrap: (redis: Redis) => Redis): Promise<string[]> {
  const { world, redis } = await openWorld(databaseUrl);
  const app = wrap(redis);
  await signUp(app, 'Ada');
  await signUp(app, 'Bob');
  await world.advance('1m');
  expect(world.emails).toEqual([]);
  await app.hset('user_actions:1', { user_id: 'Bob', action_type: 'invited' });
  await app.multi().hset('user_actions:2', { user_id: 'Ada', action_type: 'first_project_created' }).exec();
  await world.settle();
  const mailed = world.emails.map(({ to, subject }) => `${to}: ${subject}`);
  await world.advance('10m');
  expect(world.emails).toHaveLength(mailed.length);
  expect(await world.counts('activation')).toMatchObject({ started: 2, met: 1, sent: 1, timed_out: 1 });
  expect(world.log.filter((line) => line.startsWith('problem'))).toEqual([]);
  await world.close();
  return mailed;
}

const WELCOME = ['ada@example.com: Welcome, Ada: your first step'];

describe('the seed of Next.js, Upstash Redis and Clerk, unmodified', () => {
  it('mails who created a first project, told by a wrapped client', async () => {
    expect(await mailedIn(undefined, withSkene)).toEqual(WELCOME);
  });

  it('mails them as well where nobody tells, and keys have to be looked at', async () => {
    expect(await mailedIn(undefined, (redis) => redis)).toEqual(WELCOME);
  });
});

describe.runIf(hasRedis('the seed on a real Redis'))('the same on a real Redis', () => {
  it.each([
    ['told by a wrapped client', withSkene<Redis>],
    ['by looking at keys', (redis: Redis) => redis],
  ])('%s', async (_, wrap) => {
    const server = await startRedisRestServer();
    const url = Object.assign(new URL(server.url), { password: server.token }).href;
    expect(await mailedIn(url, wrap)).toEqual(WELCOME);
    await server.stop();
  });
});
