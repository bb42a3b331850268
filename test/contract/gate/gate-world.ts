import { afterAll, beforeAll, describe } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { createClock } from '../../../src/dev/clock.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { createGate, type Gate, type GateOptions } from '../../../src/gate/index.ts';
import type { Plan } from '../../../src/plan/index.ts';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';

const TOKEN = 'token';
export const DAY = 86_400_000;
/** 2026-01-10T12:00:00Z: in the middle of a month, a week and a day. */
export const START = Date.UTC(2026, 0, 10, 12);

/** A Redis to decide on, reached over Upstash's REST protocol. */
export interface TestRedis {
  url: string;
  token: string;
}

/** What a loop says of usage. */
export type Usage = Partial<{
  limit: Record<string, number>;
  period: string;
  timezone: string;
  warnAt: number;
  onUnavailable: 'allow-bounded' | 'deny' | 'sql';
  /** A custom action instead of a block: the loop only hears of it. */
  isSoft: boolean;
  endpoint: string;
  method: string;
}>;

/** Compiles one loop for each usage, as its config would say it; their ids are `loop-1`, `loop-2` … */
export function plansOf(...usages: Usage[]): Plan[] {
  const loops = usages.map((usage, index) => {
    const { endpoint = '/api/features/*', method = 'POST', isSoft = false, ...condition } = usage;
    return {
      id: `loop-${index + 1}`,
      type: 'freemium',
      opinion: 'Ask whoever needs more to pay for it.',
      steps: [
        {
          trigger: { type: 'api', endpoint, method },
          condition: { type: 'usage', limit: { free: 100, paid: Infinity }, period: '30d', ...condition },
          action: isSoft
            ? { type: 'custom', name: 'note' }
            : { type: 'block', message: 'Upgrade to continue.' },
        },
      ],
    };
  });
  return compileConfig(resolveConfig({ loops })).plans;
}

/** Where requests go, and what becomes of them on the way. */
export interface Line {
  fetch: typeof fetch;
  /** How many requests have been sent. */
  readonly requests: number;
  /**
   * What happens to the next requests, one by one; after these all goes well. `late` is an answer that comes after so many ms, `early` one to a
   * request that Redis only gets after so many ms, whether or not somebody still waits for it.
   */
  next(...fates: Fate[]): void;
}

export type Fate =
  | 'answered'
  | 'lost'
  | 'answer lost'
  | 'refused'
  | 'status 500'
  | { late: number }
  | { early: number };

/** A test may put a line in its place. */
const platformFetch = globalThis.fetch;

/** A line on which things can go wrong. `lost` never reaches Redis and is never answered, `answer lost` reaches it, and the connection breaks. */
export function createLine(): Line {
  let requests = 0;
  let fates: Fate[] = [];
  const send: typeof fetch = async (input, init) => {
    requests += 1;
    const fate = fates.shift() ?? 'answered';
    if (fate === 'refused') throw new TypeError('fetch failed');
    if (fate === 'status 500') return new Response('{"error":"as asked"}', { status: 500 });
    if (fate === 'lost') return pending(init?.signal, Number.POSITIVE_INFINITY);
    if (typeof fate === 'object' && 'early' in fate) {
      setTimeout(() => void platformFetch(input, { ...init, signal: null }), fate.early);
      return pending(init?.signal, Number.POSITIVE_INFINITY);
    }
    // What the server does is not undone by whoever no longer waits for it.
    const response = await platformFetch(input, { ...init, signal: null });
    if (fate === 'answer lost') throw new TypeError('terminated');
    if (typeof fate === 'object') await pending(init?.signal, fate.late);
    return response;
  };
  return {
    fetch: send,
    get requests() {
      return requests;
    },
    next: (...more) => {
      fates = more;
    },
  };
}

function pending(signal: AbortSignal | null | undefined, ms: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    // On a busy machine it may have been given up by now.
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason));
    if (Number.isFinite(ms)) setTimeout(() => resolve(new Response()), ms);
  });
}

let spaces = 0;

/** A place of its own in a Redis, with gates on a clock of the test's. */
export function createGates(redis: TestRedis, plans: Plan[]) {
  const namespace = `test-${process.pid}-${++spaces}`;
  const world = {
    now: START,
    namespace,
    plans,
    /** One more instance of the app. */
    open(options: Partial<GateOptions> = {}): { gate: Gate; line: Line } {
      const line = createLine();
      const gate = createGate({
        plans,
        namespace,
        redis: { ...redis, fetch: line.fetch },
        now: () => world.now,
        onOutage: () => {},
        // A busy machine is no outage.
        timeoutMs: 30_000,
        ...options,
      });
      return { gate, line };
    },
  };
  return world;
}

/** Runs the same tests on a real Redis and on that of the local stack. */
export function describeOnEachRedis(name: string, tests: (redis: TestRedis) => void): void {
  const start = { 'a real Redis': startRedisRestServer, 'the local Redis': startLocalRedis };
  for (const [kind, open] of Object.entries(start)) {
    describe.runIf(kind !== 'a real Redis' || hasRedis(`${name} on ${kind}`))(`${name} on ${kind}`, () => {
      const redis: TestRedis = { url: '', token: TOKEN };
      let close = async () => {};
      beforeAll(async () => {
        const server = await open();
        redis.url = server.url;
        close = server.stop;
      });
      afterAll(() => close());
      tests(redis);
    });
  }
}

/** The Redis of the local stack, behind a socket. */
export async function startLocalRedis() {
  const server = createRedisServer({ clock: createClock(), journal: undefined, token: TOKEN });
  const listening = await listen((request) => server.handle(request), { port: 0 });
  return {
    url: listening.url,
    token: TOKEN,
    async stop() {
      await listening.close();
      server.close();
    },
  };
}

/** Runs commands as they are. */
export async function command(
  redis: TestRedis,
  ...commands: Array<Array<string | number>>
): Promise<unknown[]> {
  const response = await fetch(`${redis.url}/pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${redis.token}` },
    body: JSON.stringify(commands),
  });
  const answers = (await response.json()) as Array<{ result?: unknown; error?: string }>;
  return answers.map(({ result, error }) => error ?? result);
}

/** Does something many times over, so many at once; answers how often it came out true. */
export async function countOf(times: number, work: (index: number) => Promise<boolean>): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: times }, (_, index) => work(index)));
  return outcomes.filter(Boolean).length;
}
