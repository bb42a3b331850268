import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEnv } from '../../../src/env/index.ts';
import { createGate } from '../../../src/gate/index.ts';
import { acceptDelivery } from '../../../src/intake/accept-delivery.ts';
import { createServices } from '../../../src/intake/index.ts';
import type { Subscription } from '../../../src/state/index.ts';
import { plansOf } from '../../contract/gate/gate-world.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';

/** More in the long form: `HISTORIES=50000 npx vitest run test/integration/gate/histories.test.ts`. */
const HISTORIES = Number(process.env.HISTORIES ?? 300);
const SEED = Number(process.env.HISTORIES_SEED ?? Date.now() % 1_000_000_000);
/** So many customers have their histories at the same time. */
const AT_ONCE = 100;
const REDIS_URL = 'http://redis.test';

type Held = Subscription | undefined;
const period = { periodStart: Date.now() - 86_400_000, periodEnd: Date.now() + 29 * 86_400_000 };
const held = (plan: string, status = 'active'): Subscription => ({
  plan,
  status,
  monthlyAmount: 2_000,
  ...period,
});

/** What Stripe has of each customer, and how long it takes to answer the next questions, in ms. */
const stripe = new Map<string, { state: Held; slowness: number[]; answered: number }>();
vi.mock('../../../src/sources/stripe.ts', () => ({
  fetchSubscription: async (_: unknown, id: string): Promise<Held> => {
    const customer = stripe.get(id);
    // What is answered is what was so when the question came, however long the answer takes.
    const state = customer?.state;
    const slow = customer?.slowness[customer.answered++ % customer.slowness.length] ?? 0;
    if (slow > 0) await pause(slow);
    return state;
  },
}));

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const history = fc.record({
  changes: fc.array(
    fc.record({
      state: fc.constantFrom<Held>(
        held('pro'),
        held('team'),
        held('pro', 'past_due'),
        held('pro', 'canceled'),
        undefined,
      ),
      /** When each webhook about the change comes after it, in ms: they overtake each other and those of other changes. */
      webhooks: fc.array(fc.constantFrom(0, 1, 5, 20, 60, 120), { minLength: 1, maxLength: 3 }),
      /** How long until the next change, in ms. */
      pause: fc.constantFrom(0, 0, 1, 3, 10),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  slowness: fc.array(fc.constantFrom(0, 1, 10, 50, 90), { minLength: 10, maxLength: 10 }),
});
type History = typeof history extends fc.Arbitrary<infer THistory> ? THistory : never;

describe.runIf(hasRedis('the histories of Stripe subscriptions'))('histories of subscriptions', () => {
  let server: RedisRestServer;
  beforeAll(async () => {
    server = await startRedisRestServer({ takesUpstashLine: true });
    const send = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) =>
      String(input instanceof Request ? input.url : input).startsWith(REDIS_URL)
        ? server.handle(new Request(input, { ...init, signal: null }))
        : send(input, init),
    );
  });
  afterEach(() => stripe.clear());
  afterAll(async () => {
    vi.unstubAllGlobals();
    await server.stop();
  });

  it(`${HISTORIES} of them, however bursty and shuffled, leave the gate with the plan that Stripe has`, async () => {
    const plans = plansOf({ limit: { free: 1, pro: 10, team: 100 } });
    const variables = {
      UPSTASH_REDIS_REST_URL: REDIS_URL,
      UPSTASH_REDIS_REST_TOKEN: server.token,
      QSTASH_TOKEN: 'token',
      STRIPE_SECRET_KEY: 'sk_test',
      SKENE_SECRET: 'secret'.repeat(8),
      SKENE_URL: 'http://app.test',
    };
    const services = createServices(createEnv(variables));
    const deployment = {
      plans,
      watches: [],
      users: { table: 'users' },
      database: { urlVariable: 'X' },
      email: {},
    };
    const context = {
      deployment,
      services,
      findByEmail: async () => undefined,
      keepSubscription: async () => {},
    } as unknown as Parameters<typeof acceptDelivery>[1];
    const redis = { url: REDIS_URL, token: server.token };
    const histories = fc.sample(history, { numRuns: HISTORIES, seed: SEED });
    const wrong: unknown[] = [];

    async function live(number: number, { changes, slowness }: History): Promise<void> {
      const [id, subject] = [`cus_${number}`, `user-${number}`];
      const customer = { state: undefined as Held, slowness, answered: 0 };
      stripe.set(id, customer);
      const pending: Array<Promise<unknown>> = [];
      for (const { state, webhooks, pause: next } of changes) {
        customer.state = state;
        for (const after of webhooks)
          pending.push(
            pause(after).then(() =>
              acceptDelivery({ events: [], customer: { id, subject, mayHaveChanged: true } }, context),
            ),
          );
        if (next > 0) await pause(next);
      }
      await Promise.all(pending);
      stripe.delete(id);
      const last = changes.at(-1)?.state;
      const expected = last === undefined || last.status === 'canceled' ? 'free' : last.plan;
      const gate = createGate({ plans, redis, timeoutMs: 30_000 });
      const { plan, standings } = await gate.peek({ subject });
      const kept = await services.state.subscriptions.of(subject);
      const isRight =
        plan === expected &&
        standings[0]?.limit === { free: 1, pro: 10, team: 100 }[expected] &&
        kept?.plan === last?.plan &&
        kept?.status === last?.status;
      if (!isRight) wrong.push({ number, changes, slowness, expected, plan, kept });
    }

    let next = 0;
    const worker = async () => {
      for (let number = next++; number < histories.length; number = next++) {
        const one = histories[number];
        if (one !== undefined) await live(number, one);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(wrong, `HISTORIES_SEED=${SEED}`).toEqual([]);
    expect(next).toBeGreaterThanOrEqual(HISTORIES);
  }, 7_200_000);
});
