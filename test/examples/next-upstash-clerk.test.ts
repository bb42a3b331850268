import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClerkServer, startClerk } from '../servers/clerk.ts';
import { freePort } from '../servers/free-port.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../servers/redis-rest.ts';
import type { AppProcess } from './app-process.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { emailsTo, isInstalled } from './example.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { buildNext, startNext } from './next-app.ts';

const NAME = 'next-upstash-clerk';
const WHAT = `examples/${NAME}`;
const canRun = hasRedis(WHAT) && hasBrowser(WHAT) && isInstalled(NAME);

describe.skipIf(!canRun)(WHAT, () => {
  let redis: RedisRestServer;
  let clerk: ClerkServer;
  let stack: LocalStack;
  let app: AppProcess;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    const port = await freePort();
    // Next.js calls its own machine so, and Clerk's middleware compares what it is called.
    home = `http://localhost:${port}`;
    redis = await startRedisRestServer();
    clerk = await startClerk({ webhook: `${home}/api/webhooks/clerk` });
    const database = Object.assign(new URL(redis.url), { password: redis.token }).href;
    stack = await startLocalStack(NAME, { app: `${home}/api/skene`, args: ['--database-url', database] });
    const env = { ...stack.variables, ...clerk.variables, DATABASE_URL: database, APP_URL: home };
    [browser] = await Promise.all([openBrowser(), buildNext(NAME, env)]);
    app = await startNext(NAME, { port, env });
  }, 180_000);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`${stack.dev.output()}\n${app.output()}`);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await stack?.stop();
    await clerk?.close();
    await redis?.stop();
  });

  /** A page of somebody else, who reaches nothing but this machine. */
  async function visit(): Promise<Page> {
    const context = await browser.newContext();
    await context.route(
      ({ hostname }) => hostname !== 'localhost',
      (route) => route.abort(),
    );
    const page = await context.newPage();
    await page.goto(home);
    return page;
  }

  async function signUp(name: string): Promise<Page> {
    const page = await visit();
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByPlaceholder('First name').fill(name);
    await page.getByPlaceholder('Email address').fill(`${name.toLowerCase()}@example.com`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: `Hello ${name}` }).waitFor();
    return page;
  }

  async function createProject(page: Page, name: string): Promise<void> {
    await page.getByPlaceholder('Project').fill(name);
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('listitem').filter({ hasText: name }).waitFor();
  }

  const mailed = (address: string) => emailsTo(address, stack.urls.inbox);

  it('welcomes who signs up at Clerk and creates a first project, once', async () => {
    const page = await signUp('Ada');
    await expect.poll(() => stack.dev.output()).toMatch(/run +activation/);
    expect(await mailed('ada@example.com')).toEqual([]);

    await createProject(page, 'First');
    await expect.poll(() => mailed('ada@example.com'), { timeout: 20_000 }).toHaveLength(1);
    await createProject(page, 'Second');
    const [email, ...more] = await mailed('ada@example.com');
    expect(email?.subject).toBe('Welcome, Ada: your first step');
    expect(email?.html).toContain(`${home}/`);
    expect(more).toEqual([]);
    expect(stack.dev.output()).not.toContain('problem');
  });

  it('leaves alone who does not, once the time is up', async () => {
    await signUp('Bob');
    const outcome = async () => {
      await stack.moveClock('5m');
      const runs = await stack.state.runLog.list(10);
      return runs.find(({ subject }) => subject === 'user_2')?.facts.at(-1)?.outcome;
    };
    await expect.poll(outcome, { timeout: 30_000 }).toBe('timed_out');
    expect(await mailed('bob@example.com')).toEqual([]);
  });

  it('refuses a webhook that is not signed', async () => {
    const answer = await fetch(`${home}/api/webhooks/clerk`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(400);
  });
});
