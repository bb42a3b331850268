import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { type StripePlan, type StripeServer, startStripe } from '../../servers/stripe.ts';
import { activation, step } from '../loops/activation.ts';
import { redisText } from './redis-text.ts';
import { type Signed, signStripe, stripeEvent } from './signed.ts';

/** More in the long form: `HISTORIES=50000 npx vitest run test/integration/webhooks/stripe.test.ts`. */
const HISTORIES = Number(process.env.HISTORIES ?? 60);

const on = (event: string): LoopInput => ({
  ...activation,
  id: event.replace(/\W/g, '-'),
  steps: [
    {
      trigger: { type: 'event', name: event },
      action: {
        ...step.action,
        personalization: { name: '{{event.plan}}', activationLink: 'https://example.com' },
      },
    },
  ],
});
const CHANGES = ['started', 'upgraded', 'downgraded', 'churned'];

const pro: StripePlan = { status: 'active', plan: 'pro', amount: 2_000 };
const team: StripePlan = { status: 'active', plan: 'team', amount: 9_900 };

let stripe: StripeServer;
let world: World;
beforeEach(async () => {
  stripe = await startStripe();
  world = await createWorld({
    config: { loops: CHANGES.map((change) => on(`subscription.${change}`)) },
    variables: { STRIPE_SECRET_KEY: 'sk_test', STRIPE_API_URL: stripe.url },
  });
});
afterEach(async () => {
  await world.close();
  await stripe.close();
});

const deliver = ({ body, headers }: Signed): Promise<Response> =>
  fetch(`${world.stack.urls.functions}/api/webhooks/stripe`, { method: 'POST', body, headers });
let sequence = 0;
const tell = (type: string, object: Record<string, unknown>, id = `evt_${++sequence}`) =>
  deliver(signStripe(stripeEvent(id, type, object)));
const checkout = (customer: string, more: Record<string, unknown>) =>
  tell('checkout.session.completed', { id: 'cs_1', object: 'checkout.session', customer, ...more });
const changed = (customer: string, type = 'customer.subscription.updated') =>
  tell(type, { id: 'sub_1', object: 'subscription', customer });
const told = async () =>
  (await world.runs()).map(({ loop, subject }) => `${loop.replace('subscription-', '')} ${subject}`).sort();

describe('a webhook of Stripe', () => {
  it('keeps what Stripe says of the subscription now, not what the event said then', async () => {
    await checkout('cus_1', { client_reference_id: '7' });
    expect(await world.state.subscriptions.of('7')).toBeUndefined();
    stripe.subscriptions.set('cus_1', [pro]);
    expect((await changed('cus_1', 'customer.subscription.deleted')).status).toBe(200);
    expect(await world.state.subscriptions.of('7')).toEqual({
      plan: 'pro',
      status: 'active',
      monthlyAmount: 2_000,
      periodStart: 1_780_000_000_000,
      periodEnd: 1_782_592_000_000,
    });
  });

  it('tells loops once of a conversion, an upgrade, a downgrade and the end', async () => {
    await checkout('cus_1', { client_reference_id: '7' });
    for (const plans of [[pro], [team], [pro], [{ ...pro, status: 'canceled' }]]) {
      stripe.subscriptions.set('cus_1', plans);
      for (let again = 0; again < 3; again += 1) expect((await changed('cus_1')).status).toBe(200);
    }
    expect(await told()).toEqual(['churned 7', 'downgraded 7', 'started 7', 'upgraded 7']);
  });

  it('is about the user whom the checkout names: by reference, by metadata, by address', async () => {
    await world.sql(`insert into users (id, email, name) values (9, 'ada@example.com', 'Ada')`);
    stripe.subscriptions.set('cus_1', [pro]).set('cus_2', [pro]).set('cus_3', [pro]);
    const address = { customer_details: { email: 'Ada@Example.com' } };
    await checkout('cus_1', { client_reference_id: '7', metadata: { user_id: '8' }, ...address });
    await checkout('cus_2', { metadata: { user_id: '8' }, ...address });
    await checkout('cus_3', { customer_details: { email: 'ada@example.com' } });
    expect(await told()).toEqual(['started 7', 'started 8', 'started 9']);
  });

  it('that came before anybody knew the customer is made good when somebody does', async () => {
    stripe.subscriptions.set('cus_1', [pro]);
    await changed('cus_1', 'customer.subscription.created');
    expect(await told()).toEqual([]);
    await checkout('cus_1', { client_reference_id: '7' });
    expect(await told()).toEqual(['started 7']);
  });

  it('of several subscriptions keeps the one that gives most', async () => {
    stripe.subscriptions.set('cus_1', [
      { ...team, status: 'canceled' },
      pro,
      { ...team, amount: 12_000, interval: 'year' },
    ]);
    await checkout('cus_1', { client_reference_id: '7' });
    expect(await world.state.subscriptions.of('7')).toMatchObject({ plan: 'pro', status: 'active' });
  });

  it('is refused for now when Stripe does not answer, and does its work when it comes again', async () => {
    stripe.subscriptions.set('cus_1', [pro]);
    stripe.fail(500, 5);
    const first = await checkout('cus_1', { client_reference_id: '7' });
    expect(first.status).toBe(503);
    expect(await told()).toEqual([]);
    stripe.fail(500, 0);
    expect((await checkout('cus_1', { client_reference_id: '7' })).status).toBe(200);
    expect(await told()).toEqual(['started 7']);
  });

  it('forgets a customer whose user is erased', async () => {
    stripe.subscriptions.set('cus_1', [pro]);
    await checkout('cus_1', { client_reference_id: '7' });
    await world.state.erasure.erase('7');
    expect(await world.state.subscriptions.of('7')).toBeUndefined();
    expect(await world.state.subscriptions.subjectOf('cus_1')).toBeUndefined();
  });

  it('that comes late about somebody who was erased keeps nothing of them', async () => {
    await world.sql("insert into users (email, name) values ('ada@example.com', 'Ada')");
    stripe.subscriptions.set('cus_1', [pro]);
    await checkout('cus_1', { client_reference_id: '1' });
    await world.settle();
    await world.state.erasure.erase('1');
    const before = await redisText(world);
    expect((await checkout('cus_1', { client_reference_id: '1' })).status).toBe(200);
    expect((await changed('cus_1')).status).toBe(200);
    const byAddress = { customer_details: { email: 'ada@example.com' } };
    expect((await checkout('cus_2', byAddress)).status).toBe(200);
    expect(await redisText(world)).toBe(before);
  });

  it('that names another user takes the plan from the one before', async () => {
    stripe.subscriptions.set('cus_1', [pro]);
    await checkout('cus_1', { client_reference_id: '7' });
    await checkout('cus_1', { client_reference_id: '8' });
    expect(await world.state.subscriptions.of('7')).toBeUndefined();
    expect(await world.state.subscriptions.of('8')).toMatchObject({ plan: 'pro' });
  });
});

describe('histories of subscriptions', () => {
  const history = fc.record({
    changes: fc.array(
      fc.record({
        state: fc.constantFrom<StripePlan | undefined>(
          pro,
          team,
          { ...pro, status: 'past_due' },
          { ...pro, status: 'canceled' },
          undefined,
        ),
        webhooks: fc.integer({ min: 1, max: 3 }),
        /** How long until the next change, in ms: long enough for Stripe to be asked before it. */
        pause: fc.integer({ min: 8, max: 15 }),
      }),
      { minLength: 2, maxLength: 5 },
    ),
    /** How long Stripe takes to answer each question, in ms: an answer may come after that to a later question. */
    slowness: fc.array(fc.constantFrom(0, 2, 50, 80), { minLength: 10, maxLength: 10 }),
  });

  it('however shuffled, doubled and bursty, end in the plan that Stripe has', async () => {
    let customer = 0;
    await fc.assert(
      fc.asyncProperty(history, async ({ changes, slowness }) => {
        customer += 1;
        const [id, subject] = [`cus_${customer}`, `user-${customer}`];
        let answered = 0;
        stripe.delay(() => slowness[answered++ % slowness.length] ?? 0);
        await world.state.subscriptions.tie(id, subject);
        const pending: Array<Promise<Response>> = [];
        for (const { state, webhooks, pause } of changes) {
          stripe.subscriptions.set(id, state === undefined ? [] : [state]);
          for (let count = 0; count < webhooks; count += 1) pending.push(changed(id));
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
        const answers = await Promise.all(pending);
        expect(answers.every(({ status }) => status === 200)).toBe(true);
        const last = changes.at(-1)?.state;
        const kept = await world.state.subscriptions.of(subject);
        expect(kept === undefined ? undefined : [kept.plan, kept.status]).toEqual(
          last === undefined ? undefined : [last.plan, last.status],
        );
      }),
      { numRuns: HISTORIES },
    );
  }, 600_000);
});
