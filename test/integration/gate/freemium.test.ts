import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GateFront } from '../../../src/adapters/gate.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium, loadSeed, openGateIn } from './freemium.ts';

const seed = await loadSeed();

let world: World;
let front: GateFront;
afterEach(() => world.close());

async function start(loop = seed): Promise<void> {
  world = await createWorld({ config: loop });
  front = openGateIn(world, loop);
}

/** Calls the feature. */
async function call(user: string, gate = front): Promise<Response> {
  const request = new Request('https://app.example/api/features/export', {
    method: 'POST',
    headers: { 'x-user': user },
  });
  return gate.withGate(async () => Response.json({ done: true }))(request);
}

async function use(user: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) statuses.push((await call(user)).status);
  return statuses;
}

/** Until the run that the first refusal starts has done what it does at once. */
async function promptSent(emails = 1): Promise<void> {
  await expect.poll(() => world.emails.length, { timeout: 10_000 }).toBe(emails);
  await world.settle();
}

async function subscribe(user: string, plan = 'pro'): Promise<void> {
  const customer = `cus_${user}`;
  world.stack.stripe.subscribe({ customer, plan, amount: 2_000 });
  await world.webhook.stripe('checkout.session.completed', {
    id: 'cs_1',
    object: 'checkout.session',
    customer,
    client_reference_id: user,
  });
}

const facts = async (subject: string) =>
  (await world.runs())
    .filter((run) => run.subject === subject)
    .flatMap((run) => run.facts.map(({ outcome }) => outcome));
const conversions = async (loop = 'freemium') => {
  const counts = await world.counts(loop);
  return Object.fromEntries(Object.entries(counts).filter(([name]) => name.startsWith('conversion.')));
};

describe('the freemium loop, as its users were promised it', () => {
  beforeEach(() => start());

  it('lets 100 calls through, answers the 101st with the message, writes, and opens when Stripe tells of the payment', async () => {
    const { id, email } = await world.signUp({ name: 'Ada' });
    expect(await use(id, 100)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(world.messages).toBe(0);
    let messagesToEmail = 0;
    world.stack.inbox.onEmail(() => {
      messagesToEmail = world.messages;
    });

    const refused = await call(id);
    expect(refused.status).toBe(402);
    expect(await refused.json()).toMatchObject({
      detail: "You've reached your free tier limit. Upgrade to continue.",
      used: 100,
      limit: 100,
    });

    await expect.poll(() => world.emails.length, { timeout: 10_000 }).toBe(1);
    expect(messagesToEmail).toBeGreaterThan(0);
    expect(messagesToEmail).toBeLessThanOrEqual(2);
    await world.settle();
    const [prompt] = world.emails;
    expect(prompt?.to).toEqual([email]);
    expect(prompt?.html).toContain('Ada');
    expect(prompt?.html).toContain('You&#39;ve reached your free tier limit. Upgrade to continue.');
    expect(prompt?.html).toContain('<strong style="font-size:24px;">100</strong> of 100 used');
    expect(await facts(id)).toEqual(['started', 'blocked', 'sent']);

    // However often they try: one email in a period.
    expect(await use(id, 20)).toEqual(Array.from({ length: 20 }, () => 402));
    await world.settle();
    expect(world.emails).toHaveLength(1);

    await subscribe(id);
    // Within a second of the gate's own clock, as src/gate/revision.test.ts has it; how long a busy machine takes is not looked at.
    await expect.poll(async () => (await call(id)).status, { timeout: 10_000, interval: 20 }).toBe(200);
    expect(await facts(id)).toEqual(['started', 'blocked', 'sent', 'met', 'converted']);
    expect(await conversions()).toEqual({ 'conversion.prompt': 1 });
    const [run] = await world.runs();
    expect(run?.facts.at(-1)?.detail).toEqual({
      attribution: 'prompt',
      plan: 'pro',
      previousPlan: null,
      monthlyAmount: 2_000,
    });
    expect(run?.endedAt).toBeDefined();
  });

  it('begins anew with the next period, and then asks once more', async () => {
    const { id } = await world.signUp();
    await use(id, 101);
    await promptSent();
    await world.advance('30d');
    expect(await facts(id)).toEqual(['started', 'blocked', 'sent', 'timed_out']);
    expect(await use(id, 100)).toEqual(Array.from({ length: 100 }, () => 200));
    expect((await call(id)).status).toBe(402);
    await promptSent(2);
  });

  it('attributes a conversion to the block where no email was sent, and to neither where nobody was blocked', async () => {
    const ada = await world.signUp({ email: 'no address' });
    const bob = await world.signUp();
    await use(ada.id, 101);
    await expect.poll(() => facts(ada.id)).toContain('suppressed');
    await subscribe(ada.id);
    await subscribe(bob.id);
    await world.settle();
    expect(await conversions()).toEqual({ 'conversion.block': 1, 'conversion.neither': 1 });
    expect(await facts(ada.id)).toContain('converted');
    expect(await facts(bob.id)).toEqual([]);
  });

  it('counts a conversion once however often Stripe tells of it, and what led to it for that one alone', async () => {
    const { id } = await world.signUp();
    await use(id, 101);
    await promptSent();
    for (let again = 0; again < 3; again++) await subscribe(id);
    expect(await conversions()).toEqual({ 'conversion.prompt': 1 });
    const customer = `cus_${id}`;
    const changed = () =>
      world.webhook.stripe('customer.subscription.updated', {
        id: 'sub_1',
        object: 'subscription',
        customer,
      });
    world.stack.stripe.subscribe({ customer, status: 'canceled' });
    await changed();
    world.stack.stripe.subscribe({ customer, status: 'active' });
    await changed();
    expect(await conversions()).toEqual({ 'conversion.prompt': 1, 'conversion.neither': 1 });
  });

  it('closes again when the subscription has ended', async () => {
    const { id } = await world.signUp();
    await use(id, 101);
    await promptSent();
    await subscribe(id);
    await expect.poll(async () => (await call(id)).status, { timeout: 10_000 }).toBe(200);
    world.stack.stripe.subscribe({ customer: `cus_${id}`, status: 'canceled' });
    await world.webhook.stripe('customer.subscription.deleted', {
      id: 'sub_1',
      object: 'subscription',
      customer: `cus_${id}`,
    });
    await expect.poll(async () => (await call(id)).status, { timeout: 10_000 }).toBe(402);
  });

  it('forgets the usage of whoever is erased', async () => {
    const { id } = await world.signUp();
    await use(id, 101);
    await promptSent();
    await world.state.erasure.erase(id);
    const another = openGateIn(world, seed);
    expect((await call(id, another)).status).toBe(200);
  });
});

it('a loop that only blocks starts its run, and sends nothing', async () => {
  const loop = freemium(1);
  const [step] = loop.steps;
  if (step?.action.type !== 'block') throw new Error('The loop does not block.');
  await start({ ...loop, steps: [{ ...step, action: { ...step.action, upgradePrompt: undefined } }] });
  const { id } = await world.signUp();
  expect(await use(id, 2)).toEqual([200, 402]);
  await expect.poll(() => facts(id)).toEqual(['started', 'blocked']);
  await subscribe(id);
  expect(world.emails).toEqual([]);
  expect(await conversions()).toEqual({ 'conversion.block': 1 });
});
