import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createQStashClient } from '../../../src/runs/index.ts';
import { createState } from '../../../src/state/index.ts';
import { applyScheduleSync, planScheduleSync } from '../../../src/sync/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, signUp, step, withReminder } from '../loops/activation.ts';

const SECRET = 'bypass-secret';

let world: World;
let protection: Listening;
let queue: Listening;
/** The messages that functions publish for runs that go on. */
let published: string[];
/** What came to the preview, with the way it went. */
let calls: Array<{ path: string; isLetThrough: boolean; signed: boolean }>;

/** Vercel's deployment protection: whoever has no secret meets a login page. */
beforeEach(async () => {
  calls = [];
  protection = await listen(
    async (request) => {
      const { pathname: path } = new URL(request.url);
      const isLetThrough = request.headers.get('x-vercel-protection-bypass') === SECRET;
      calls.push({ path, isLetThrough, signed: request.headers.has('upstash-signature') });
      if (!isLetThrough) return new Response('<h1>Log in to Vercel</h1>', { status: 401 });
      return fetch(`${world.stack.urls.functions}${path}`, {
        method: request.method,
        headers: request.headers,
        body: await request.text(),
      });
    },
    { port: 0 },
  );
  published = [];
  queue = await listen(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      if (pathname === '/v2/batch')
        published.push(...(JSON.parse(body) as object[]).map((message) => JSON.stringify(message)));
      return fetch(`${world.stack.urls.qstash}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        ...(body === '' ? {} : { body }),
      });
    },
    { port: 0 },
  );
});
afterEach(async () => {
  await world.close();
  await protection.close();
  await queue.close();
});

const preview = (config: Parameters<typeof createWorld>[0]['config']) =>
  createWorld({
    config,
    variables: {
      VERCEL_ENV: 'preview',
      VERCEL_GIT_COMMIT_REF: 'feat/welcome',
      VERCEL_AUTOMATION_BYPASS_SECRET: SECRET,
      SKENE_URL: protection.url,
      QSTASH_URL: queue.url,
    },
  });

describe('a preview deployment', () => {
  it('carries the protection bypass on every call of QStash, from the start through the wait to the email', async () => {
    world = await preview(activation);
    const ada = await signUp(world);
    await world.settle();
    await createProject(world, ada);
    await world.settle();
    const bob = await signUp(world, 'Bob');
    await world.settle();
    await world.advance('5m');

    expect(await world.counts('welcome')).toMatchObject({ met: 1, sent: 1, timed_out: 1 });
    expect(bob).not.toBe(ada);
    expect(calls).toHaveLength(6);
    expect(calls.every(({ isLetThrough, signed }) => isLetThrough && signed)).toBe(true);
    // QStash remembers the headers a run was started with; Upstash asks for them on its steps as well.
    expect(published).not.toEqual([]);
    expect(
      published.filter((message) => !/Upstash-Forward-x-vercel-protection-bypass/i.test(message)),
    ).toEqual([]);
  });

  it('carries it when a run fails for good', async () => {
    world = await preview({
      ...activation,
      recovery: { retries: 0 },
      steps: [{ ...step, action: { ...step.action, personalization: { name: '{{ user.nickname }}' } } }],
    });
    const ada = await signUp(world);
    await createProject(world, ada);
    await world.settle();
    expect(await world.counts('welcome')).toMatchObject({ failed: 1 });
    expect(calls.filter(({ isLetThrough }) => !isLetThrough)).toEqual([]);
  });

  it('mails nobody: what it sends goes to Resend’s sink', async () => {
    world = await preview(withReminder);
    await signUp(world);
    await world.advance('5m');
    const { data } = (await (
      await fetch(`${world.stack.urls.inbox}/emails`, {
        headers: { authorization: 'Bearer re_dev', accept: 'application/json' },
      })
    ).json()) as { data: Array<{ to: string[] }> };
    expect(data.map(({ to }) => to)).toEqual([[expect.stringMatching(/^delivered(\+.*)?@resend\.dev$/)]]);
  });

  it('keeps its state apart, and runs no schedules', async () => {
    world = await preview(activation);
    await signUp(world);
    await world.settle();
    const { env } = world.stack;
    const production = createState({ ...env.redis, namespace: 'production' });
    expect(await world.runs()).toHaveLength(1);
    expect(await production.runLog.list(10)).toEqual([]);

    // Even schedules of its own that somebody made are to go.
    const { schedules } = createQStashClient(env.qstash);
    const own = {
      scheduleId: `skene-${env.namespace}-drain`,
      destination: `${env.functionsUrl}/schedules/drain`,
      cron: '* * * * *',
    };
    await schedules.create(own);
    const actions = await planScheduleSync(env, compileConfig(resolveConfig(activation)));
    expect(actions).toMatchObject([
      { id: own.scheduleId, destination: own.destination, cron: own.cron, action: 'remove' },
    ]);
    await applyScheduleSync(env, actions);
    expect(await schedules.list()).toEqual([]);
  });
});
