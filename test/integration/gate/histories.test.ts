import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
const AT_ONCE = 20;
const LIMITS = { free: 1, pro: 10, team: 100 };

type Held = Subscription | undefined;
const period = { periodStart: Date.now() - 86_400_000, periodEnd: Date.now() + 29 * 86_400_000 };
const held = (plan: string, status = 'active'): Subscription => ({
  plan,
  status,
  monthlyAmount: 2_000,
  ...period,
});

/** One customer's world: what Stripe has of it, and a scheduler that says which of the things under way goes on next. */
interface Life {
  state: Held;
  turn: () => Promise<void>;
}
const lives = new Map<string, Life>();

vi.mock('../../../src/sources/stripe.ts', () => ({
  fetchSubscription: async (_: unknown, id: string): Promise<Held> => {
    const life = lives.get(id);
    await life?.turn();
    // What is answered is what was so when the question came, however long the answer takes.
    const state = life?.state;
    await life?.turn();
    return state;
  },
}));

/** The changes of a subscription, and how many webhooks each is told by. */
const history = fc.array(
  fc.record({
    state: fc.constantFrom<Held>(
      held('pro'),
      held('team'),
      held('pro', 'past_due'),
      held('pro', 'canceled'),
      undefined,
    ),
    webhooks: fc.integer({ min: 1, max: 3 }),
    /** How many turns go by before it: none, or as many as some webhooks take. */
    turns: fc.constantFrom(1, 1, 10, 40, 80),
  }),
  { minLength: 2, maxLength: 6 },
);
type History = typeof history extends fc.Arbitrary<infer THistory> ? THistory : never;

describe.runIf(hasRedis('the histories of Stripe subscriptions'))('histories of subscriptions', () => {
  let server: RedisRestServer;
  beforeAll(async () => {
    server = await startRedisRestServer({ takesUpstashLine: true });
    // Every request to Redis, and every answer of it, waits for its turn.
    vi.stubGlobal('fetch', async (input: string, init?: RequestInit) => {
      const life = lives.get(new URL(input).hostname.replace('.test', ''));
      await life?.turn();
      const response = await server.handle(new Request(input, { ...init, signal: null }));
      await life?.turn();
      return response;
    });
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await server.stop();
  });

  it(`${HISTORIES} of them, in whatever order all goes on, leave the gate with the plan that Stripe has`, async () => {
    const plans = plansOf({ limit: LIMITS });
    const deployment = {
      plans,
      watches: [],
      users: { table: 'users' },
      database: { urlVariable: 'X' },
      email: {},
    };
    const histories = fc.sample(history, { numRuns: HISTORIES, seed: SEED });
    const wrong: unknown[] = [];

    async function live(number: number, changes: History): Promise<void> {
      const [id, subject] = [`cus_${number}`, `user-${number}`];
      const { turn, until } = createScheduler(createRandom(SEED + number));
      const life: Life = { state: undefined, turn };
      // The host of its Redis is the customer's name.
      lives.set(id, life);
      const redis = { url: `http://${id}.test`, token: server.token };
      const services = createServices(createEnv(variablesFor(redis)));
      const context = {
        deployment,
        services,
        findByEmail: async () => undefined,
        keepSubscription: async () => {},
      } as unknown as Parameters<typeof acceptDelivery>[1];
      const news = { events: [], customer: { id, subject, mayHaveChanged: true } };
      const webhooks: Array<Promise<unknown>> = [];
      async function change(): Promise<void> {
        for (const { state, webhooks: count, turns } of changes) {
          for (let passed = 0; passed < turns; passed += 1) await turn();
          life.state = state;
          for (let webhook = 0; webhook < count; webhook += 1)
            webhooks.push(turn().then(() => acceptDelivery(news, context)));
        }
      }
      await until(change().then(() => Promise.all(webhooks)));
      lives.delete(id);
      const last = changes.at(-1)?.state;
      const plan = last === undefined || last.status === 'canceled' ? 'free' : last.plan;
      const peek = await createGate({ plans, redis, timeoutMs: 30_000 }).peek({ subject });
      const kept = await services.state.subscriptions.of(subject);
      const found = [peek.plan, peek.standings[0]?.limit, kept?.plan, kept?.status];
      const expected = [plan, LIMITS[plan as keyof typeof LIMITS], last?.plan, last?.status];
      if (JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push({ number, changes, found, expected });
    }

    let next = 0;
    const worker = async () => {
      for (let number = next++; number < histories.length; number = next++) {
        const changes = histories[number];
        if (changes !== undefined) await live(number, changes);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(wrong, `HISTORIES_SEED=${SEED}`).toEqual([]);
    expect(next).toBeGreaterThanOrEqual(HISTORIES);
  }, 7_200_000);
});

const variablesFor = ({ url, token }: { url: string; token: string }) => ({
  UPSTASH_REDIS_REST_URL: url,
  UPSTASH_REDIS_REST_TOKEN: token,
  QSTASH_TOKEN: 'token',
  STRIPE_SECRET_KEY: 'sk_test',
  SKENE_SECRET: 'secret'.repeat(8),
  SKENE_URL: 'http://app.test',
});

/**
 * Of all that waits for its turn one goes on at a time, in an order that the random numbers say: any may overtake any. One in six is stuck
 * until nothing else can go on.
 */
function createScheduler(random: (below: number) => number) {
  const waiting: Array<() => void> = [];
  const stuck: Array<() => void> = [];
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    turn: () => new Promise<void>((resolve) => void (random(6) === 0 ? stuck : waiting).push(resolve)),
    async until(work: Promise<unknown>): Promise<void> {
      let isDone = false;
      const ended = work.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await pause();
        const queue = waiting.length > 0 ? waiting : stuck;
        queue.splice(random(queue.length), 1)[0]?.();
      }
      await ended;
    },
  };
}

/** Whole numbers below what is asked for, the same for the same seed (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}
