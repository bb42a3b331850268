import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { devVariables } from '../../../src/dev/environment.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createEnv, type EnvSource } from '../../../src/env/index.ts';
import { createHealthHandler } from '../../../src/server/health.ts';
import { gatherHealth } from '../../../src/sync/health.ts';
import type { Finding } from '../../../src/sync/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { type ResendServer, startResend } from '../../servers/resend.ts';
import { type StripeServer, startStripe } from '../../servers/stripe.ts';
import { freemium } from '../gate/freemium.ts';
import { activation, step } from '../loops/activation.ts';

let world: World;
let stripe: StripeServer;
let resend: ResendServer;
beforeAll(async () => {
  [world, stripe] = await Promise.all([createWorld({ config: activation }), startStripe()]);
});
afterAll(() => Promise.all([world.close(), stripe.close()]));
beforeEach(async () => {
  resend = await startResend();
  resend.domains.set('example.com', 'verified');
});
afterEach(() => resend.close());

interface Asked {
  variables?: EnvSource;
  /** The longest wait that the loops are compiled for, in seconds. */
  longestWait?: number;
  /** How long the step waits. */
  timeout?: string;
  now?: () => number;
}

/** Asks a deployment of an activation and a freemium loop how it is. */
async function ask(
  token: string | undefined,
  { variables, longestWait, timeout = '5m', now = world.stack.clock.now }: Asked = {},
): Promise<Response> {
  const env = createEnv({
    ...devVariables(world.stack.urls),
    DATABASE_URL: world.stack.urls.database,
    STRIPE_SECRET_KEY: 'sk_live_1',
    STRIPE_API_URL: stripe.url,
    RESEND_BASE_URL: resend.url,
    ...variables,
  });
  const waiting = { ...activation, steps: [{ ...step, condition: { ...step.condition, timeout } }] };
  const config = resolveConfig({ loops: [waiting, { ...freemium(3), id: 'limit' }] });
  const deployment = compileConfig(config, longestWait === undefined ? {} : { longestWait });
  const { GET } = createHealthHandler({ deployment, openDatabase }, { env, now });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return GET(new Request('http://127.0.0.1/api/health', { headers }));
}

/** What it finds out about one thing. */
async function finding(name: string, asked: Asked = {}): Promise<Finding | undefined> {
  const { findings } = (await (await ask(DEV_SECRET, asked)).json()) as { findings: Finding[] };
  return findings.find((one) => one.name === name);
}

describe('GET /api/health', () => {
  it('tells a stranger whether it is well, and no more', async () => {
    const answer = await ask(undefined);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ok',
      loops: 2,
      secret: 'ok',
      url: 'ok',
      qstash: 'ok',
      redis: 'ok',
      database: 'ok',
      email: 'ok',
    });
  });

  it('refuses who has another token, and any token where no secret is set', async () => {
    expect((await ask('another-secret-of-some')).status).toBe(401);
    const unset = await ask('another-secret-of-some', { variables: { SKENE_SECRET: '' } });
    expect(await unset.json()).toMatchObject({ code: 'ENV_MISSING' });
  });

  it('tells who knows the secret of everything that it stands on, and nothing of what is secret', async () => {
    const answer = await ask(DEV_SECRET, { variables: { RESEND_API_KEY: 're_hidden' } });
    const text = await answer.text();
    const { findings, ...rest } = JSON.parse(text) as { findings: Finding[] };
    expect(rest).toMatchObject({
      status: 'ok',
      loops: 2,
      namespace: 'production',
      names: ['welcome', 'limit'],
    });
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual([
      'secret',
      'address',
      'Redis',
      'QStash',
      'signing keys',
      'longest wait',
      'sender',
      'email quota',
      'Stripe',
      'Stripe webhooks',
      'Resend webhooks',
      'database',
      'triggers',
      'outbox',
    ]);
    for (const secret of ['re_hidden', 'sk_live_1', DEV_SECRET, 'whsec_', 'sig_'])
      expect(text).not.toContain(secret);
  });
});

describe('what a deployment finds out about', () => {
  it("Upstash's plan: a wait that it does not take is named with what it takes, and leaves no message behind", async () => {
    const days = (count: number) => count * 86_400;
    expect(await finding('longest wait', { timeout: '30d' })).toMatchObject({
      state: 'ok',
      detail: '30d, as a chain of waits of 7d; every plan of Upstash waits that long',
    });
    const before = world.messages;
    expect(await finding('longest wait', { timeout: '30d', longestWait: days(365) })).toMatchObject({
      state: 'ok',
      detail: '30d; this plan of Upstash waits that long',
    });
    // The local QStash has the limits of paying as one goes.
    expect(await finding('longest wait', { timeout: '400d', longestWait: days(500) })).toMatchObject({
      state: 'problem',
      detail: '400d, and this plan of Upstash waits 366d at most: such a wait fails',
      hint: expect.stringContaining('SKENE_LONGEST_WAIT=366d'),
    });
    await world.advance('40d');
    expect(world.messages).toBe(before);
  });

  it("QStash's signing keys: others than QStash's are named, and so is that they were rotated", async () => {
    const keys = { QSTASH_CURRENT_SIGNING_KEY: 'sig_a', QSTASH_NEXT_SIGNING_KEY: 'sig_b' };
    expect(await finding('signing keys', { variables: keys })).toMatchObject({ state: 'problem' });
    const { QSTASH_CURRENT_SIGNING_KEY: current } = devVariables(world.stack.urls);
    const rotated = { QSTASH_CURRENT_SIGNING_KEY: 'sig_a', QSTASH_NEXT_SIGNING_KEY: current };
    expect(await finding('signing keys', { variables: rotated })).toMatchObject({ state: 'warning' });
    const unset = { QSTASH_NEXT_SIGNING_KEY: '' };
    expect(await finding('signing keys', { variables: unset })).toMatchObject({
      state: 'problem',
      detail: 'QSTASH_NEXT_SIGNING_KEY is not set.',
    });
  });

  it.each<[string, { from?: string; domain?: string; expected: Partial<Finding> }]>([
    [
      'is not at Resend',
      {
        from: 'ada@other.example.com',
        expected: { state: 'problem', detail: 'other.example.com is not among the domains at Resend' },
      },
    ],
    [
      'is not verified yet',
      { domain: 'pending', expected: { state: 'problem', detail: 'example.com is pending at Resend' } },
    ],
    ["is Resend's own", { from: 'onboarding@resend.dev', expected: { state: 'warning' } }],
    ['is no mailbox', { from: 'Ada', expected: { state: 'problem', detail: 'Ada is no mailbox' } }],
    ['is nobody', { from: '', expected: { state: 'problem', detail: 'nobody is named' } }],
  ])('the sender, who %s', async (_, { from, domain = 'verified', expected }) => {
    resend.domains.set('example.com', domain);
    const variables = from === undefined ? {} : { SKENE_FROM: from };
    expect(await finding('sender', { variables })).toMatchObject(expected);
  });

  it('every sender that an email names, in the order in which they count', async () => {
    const email = { ...step.action, from: 'Bob <bob@mail.example.com>' };
    const loops = [activation, { ...activation, id: 'other', steps: [{ ...step, action: email }] }];
    const config = resolveConfig({ loops, email: { from: 'Eve <eve@eve.example.com>' } });
    const env = createEnv({ ...devVariables(world.stack.urls), RESEND_BASE_URL: resend.url });
    const database = () => openDatabase({ url: world.stack.urls.database });
    const found = await gatherHealth({ env, deployment: compileConfig(config), database });
    expect(found.filter(({ name }) => name === 'sender').map(({ detail }) => detail)).toEqual([
      'eve.example.com is not among the domains at Resend',
      'mail.example.com is not among the domains at Resend',
    ]);
  });

  it('a key of Resend that may only send, and one that is none', async () => {
    resend.key = 'sending';
    expect(await finding('sender')).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('was not asked'),
    });
    resend.key = 'unknown';
    expect(await finding('sender')).toMatchObject({
      state: 'problem',
      hint: expect.stringContaining('RESEND_API_KEY'),
    });
    expect(await finding('email quota')).toMatchObject({ state: 'problem' });
  });

  it('what Resend still sends, where it says so', async () => {
    resend.usage = { daily: [95, 100], monthly: [200, 3_000], perSecond: 5 };
    expect(await finding('email quota')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('95 of 100 today'),
    });
    resend.usage = { daily: [5, null], monthly: [200, 50_000], perSecond: 2 };
    expect(await finding('email quota')).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining('SKENE_RESEND_RATE'),
    });
    resend.usage = undefined;
    expect(await finding('email quota')).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('42 emails were sent this month'),
    });
  });

  it("Stripe's mode, and a key that it refuses", async () => {
    expect(await finding('Stripe')).toMatchObject({ state: 'ok', detail: 'answers, in live mode' });
    const test = { STRIPE_SECRET_KEY: 'sk_test_1' };
    expect(await finding('Stripe', { variables: test })).toMatchObject({ state: 'warning' });
    stripe.fail(401, 1);
    expect(await finding('Stripe')).toMatchObject({ state: 'problem' });
    expect(await finding('Stripe', { variables: { STRIPE_SECRET_KEY: '' } })).toMatchObject({
      detail: 'STRIPE_SECRET_KEY is not set.',
    });
  });

  it('webhooks whose signing key is not set: what pays is a problem, what bounces a warning', async () => {
    const unset = { STRIPE_WEBHOOK_SECRET: '', RESEND_WEBHOOK_SECRET: '' };
    expect(await finding('Stripe webhooks', { variables: unset })).toMatchObject({ state: 'problem' });
    expect(await finding('Resend webhooks', { variables: unset })).toMatchObject({ state: 'warning' });
  });

  it('its clock, against that of Redis', async () => {
    const { now } = world.stack.clock;
    expect(await finding('Redis', { now: () => now() - 60_000 })).toMatchObject({
      state: 'warning',
      detail: 'answers; its clock is 60 s ahead of ours',
    });
  });

  it('a database that cannot be reached, and a QStash that refuses the token', async () => {
    const refusing: Listening = await listen(
      async () => Response.json({ error: 'invalid token' }, { status: 401 }),
      { port: 0 },
    );
    const variables = {
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      NEON_FETCH_ENDPOINT: undefined,
      QSTASH_URL: refusing.url,
    };
    const { findings } = (await (await ask(DEV_SECRET, { variables })).json()) as { findings: Finding[] };
    const troubled = findings.filter(({ state }) => state === 'problem').map(({ name }) => name);
    expect(troubled).toEqual(['QStash', 'signing keys', 'database']);
    await refusing.close();
  });
});
