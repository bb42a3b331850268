import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GateFront } from '../../../src/adapters/gate.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium, openGateIn } from './freemium.ts';

const loop = freemium(5);
let world: World;
beforeEach(async () => {
  world = await createWorld({ config: loop });
});
afterEach(() => world.close());

interface UsageRow {
  user_id: string;
  feature: string;
  used: string;
  hours: number;
}

const usage = (): Promise<UsageRow[]> =>
  world.sql<UsageRow>(
    `SELECT user_id, feature, used::text, extract(epoch FROM period_end - period_start)::int / 3600 AS hours FROM usage ORDER BY user_id`,
  );
const used = async () => Object.fromEntries((await usage()).map((row) => [row.user_id, row.used]));

async function call(front: GateFront, user: string, does = 'ok'): Promise<number> {
  const handler = front.withGate(async () => Response.json({}, { status: does === 'ok' ? 200 : 500 }));
  const headers = { 'x-user': user };
  return (await handler(new Request(`https://app.example/api/features/${does}`, { method: 'POST', headers })))
    .status;
}

async function ask(question: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${world.stack.urls.functions}/api/gate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEV_SECRET}` },
    body: JSON.stringify(question),
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}
const take = (subject: string) => ask({ action: 'take', subject, method: 'POST', path: '/api/features/x' });

describe('usage in SQL', () => {
  it('is written after the answers, as all that was used, by gates that know the database and by those that do not', async () => {
    const gates = [openGateIn(world, loop, { openDatabase }), openGateIn(world, loop)];
    for (const front of gates) for (const _ of [1, 2]) expect(await call(front, 'ada')).toBe(200);
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '4' });
    expect(await call(gates[0] as GateFront, 'ada', 'fails')).toBe(500);
    expect(await call(gates[1] as GateFront, 'bob')).toBe(200);
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '4', bob: '1' });
    expect(await usage()).toMatchObject([
      { user_id: 'ada', feature: 'freemium/step-1', hours: 720 },
      { user_id: 'bob', feature: 'freemium/step-1', hours: 720 },
    ]);
  });

  it('is right in the end, however many instances write at once', async () => {
    const gates = Array.from({ length: 8 }, () => openGateIn(world, freemium(100), { openDatabase }));
    const users = ['a', 'b', 'c'];
    const calls = gates.flatMap((front) =>
      users.flatMap((user) => [call(front, user), call(front, user, 'fails'), call(front, user)]),
    );
    const statuses = await Promise.all(calls);
    expect(statuses.filter((status) => status === 200)).toHaveLength(48);
    await expect.poll(used, { timeout: 10_000 }).toEqual({ a: '16', b: '16', c: '16' });
  });

  it('decides while Redis is away, where the loop says so, and is what Redis counts when it is back', async () => {
    const [step] = loop.steps;
    if (step?.condition?.type !== 'usage') throw new Error('The loop counts no usage.');
    const bySql = {
      ...loop,
      steps: [{ ...step, condition: { ...step.condition, onUnavailable: 'sql' as const } }],
    };
    let isAway = false;
    const front = openGateIn(world, bySql, {
      openDatabase,
      fetch: (...request) => (isAway ? Promise.reject(new Error('Redis is away.')) : fetch(...request)),
    });
    for (const _ of [1, 2]) expect(await call(front, 'ada')).toBe(200);
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '2' });
    isAway = true;
    const statuses: number[] = [];
    for (let time = 0; time < 5; time++) statuses.push(await call(front, 'ada'));
    expect(statuses).toEqual([200, 200, 200, 503, 503]);
    expect(await used()).toEqual({ ada: '5' });
    isAway = false;
    // Somebody else's call finds out that Redis is back; what it is owed is paid then.
    await expect.poll(() => call(front, 'bob'), { timeout: 10_000, interval: 200 }).toBe(200);
    const peek = { action: 'peek', subject: 'ada', method: 'POST', path: '/api/features/x' };
    await expect
      .poll(() => ask(peek), { timeout: 10_000 })
      .toMatchObject({ allowed: false, refusal: { used: 5 } });
    expect((await used()).ada).toBe('5');
  });

  it('has a row for each period', async () => {
    const front = openGateIn(world, loop, { openDatabase });
    await call(front, 'ada');
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '1' });
    await world.advance('30d');
    await call(front, 'ada');
    await expect.poll(async () => (await usage()).length, { timeout: 10_000 }).toBe(2);
  });
});

describe('POST /api/gate', () => {
  it('takes, refuses with all that there is to answer, gives back, and writes down', async () => {
    const [first] = [
      await take('ada'),
      await take('ada'),
      await take('ada'),
      await take('ada'),
      await take('ada'),
    ];
    expect(first).toMatchObject({
      status: 200,
      allowed: true,
      verdict: 'pass',
      headers: { RateLimit: '"freemium/step-1";r=4;t=2592000' },
    });
    const refused = await take('ada');
    expect(refused).toMatchObject({
      allowed: false,
      verdict: 'limit',
      refusal: { status: 402, used: 5, limit: 5 },
    });
    expect(
      await ask({ action: 'peek', subject: 'ada', method: 'POST', path: '/api/features/x' }),
    ).toMatchObject({
      allowed: false,
    });
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '5' });
    const undo = { action: 'undo', subject: 'ada', hold: first?.hold };
    expect(await ask(undo)).toMatchObject({ undone: true });
    await expect.poll(used, { timeout: 10_000 }).toEqual({ ada: '4' });
    expect(await ask(undo)).toMatchObject({ undone: false });
    expect(await ask({ action: 'commit' })).toMatchObject({ committed: true });
    expect(await take('ada')).toMatchObject({ allowed: true });
    expect(await take('ada')).toMatchObject({ allowed: false });
  });

  it('counts a call that is asked for again once, by its rid', async () => {
    const question = {
      action: 'take',
      subject: 'ada',
      method: 'POST',
      path: '/api/features/x',
      rid: 'call 1',
    };
    expect(await ask(question)).toMatchObject({ allowed: true, replayed: false });
    expect(await ask(question)).toMatchObject({ allowed: true, replayed: true });
    expect(await take('ada')).toMatchObject({ headers: { RateLimit: expect.stringContaining(';r=3;') } });
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', []],
    ['no action', {}],
    ['an action that is not one', { action: 'drop' }],
    ['no subject', { action: 'take', method: 'POST', path: '/api/features/x' }],
    [
      'a cost below zero',
      { action: 'take', subject: 'a', method: 'POST', path: '/api/features/x', cost: -1 },
    ],
    ['half a unit', { action: 'take', subject: 'a', method: 'POST', path: '/api/features/x', cost: 0.5 }],
    ['a cost in words', { action: 'take', subject: 'a', method: 'POST', path: '/api/features/x', cost: '1' }],
    [
      'a subject of 10 kB',
      { action: 'take', subject: 'x'.repeat(10_000), method: 'POST', path: '/api/features/x' },
    ],
    ['entries that are none', { action: 'record', entries: [{ subject: 'a' }] }],
  ] satisfies Array<[string, unknown]>)('refuses %s', async (_, question) => {
    expect(await ask(question)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('has nothing to say of a path that no loop is for', async () => {
    const question = { action: 'take', subject: 'ada', method: 'GET', path: '/elsewhere' };
    expect(await ask(question)).toMatchObject({ status: 200, allowed: true, headers: {} });
  });
});

it('subscriptions are written down as Stripe has them now', async () => {
  const rows = () => world.sql('SELECT customer_id, user_id, plan, status FROM subscriptions');
  const changed = () =>
    world.webhook.stripe('customer.subscription.updated', {
      id: 'sub_1',
      object: 'subscription',
      customer: 'cus_1',
      metadata: { user_id: 'ada' },
    });
  world.stack.stripe.subscribe({ customer: 'cus_1', plan: 'pro' });
  await changed();
  expect(await rows()).toEqual([{ customer_id: 'cus_1', user_id: 'ada', plan: 'pro', status: 'active' }]);
  world.stack.stripe.subscribe({ customer: 'cus_1', plan: 'team', status: 'past_due' });
  await changed();
  expect(await rows()).toEqual([{ customer_id: 'cus_1', user_id: 'ada', plan: 'team', status: 'past_due' }]);
});
