/**
 * What limiters in use today get wrong on the very server on which the gate gets it right: why the gate is not one of them. Each claim is about
 * the versions in package.json.
 */
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { countOf, createGates, createLine, plansOf } from './gate-world.ts';

let server: RedisRestServer;
let redis: Redis;
let prefixes = 0;

const limiterOf = (limiter: ConstructorParameters<typeof Ratelimit>[0]['limiter'], options: object = {}) =>
  new Ratelimit({ redis, limiter, prefix: `peer-${++prefixes}`, ephemeralCache: false, ...options });
const gateFor = (limit: Record<string, number> = { free: 100 }) =>
  createGates(server, plansOf({ limit })).open();

function flexibleOf(points: number): RateLimiterRedis {
  let script: ReturnType<typeof redis.createScript<[number, number]>> | undefined;
  const storeClient = {
    defineCommand: (_: string, { lua }: { lua: string }) => {
      script = redis.createScript(lua);
    },
    rlflxIncr: ([key = '', ...args]: string[]) => script?.exec([key], args),
  };
  return new RateLimiterRedis({ storeClient, points, duration: 2_592_000, keyPrefix: `peer-${++prefixes}` });
}

describe.runIf(hasRedis('the comparison of the gate with other limiters'))('on one real Redis', () => {
  beforeAll(async () => {
    server = await startRedisRestServer({ takesUpstashLine: true });
    redis = new Redis({ url: server.url, token: server.token, enableTelemetry: false });
  });
  afterAll(() => server.stop());

  describe('of 500 concurrent calls at a limit of 100', () => {
    it('the gate, a fixed window and rate-limiter-flexible let exactly 100 through', async () => {
      const fixed = limiterOf(Ratelimit.fixedWindow(100, '30 d'));
      const flexible = flexibleOf(100);
      const { gate } = gateFor();
      const counts = await Promise.all([
        countOf(500, async () => (await gate.take({ subject: 'ada' })).allowed),
        countOf(500, async () => (await fixed.limit('ada')).success),
        countOf(500, () =>
          flexible
            .consume('ada')
            .then(() => true)
            .catch(() => false),
        ),
      ]);
      expect(counts).toEqual([100, 100, 100]);
    });

    it('a cached window of 8 instances lets several times as many through', async () => {
      const prefix = `peer-${++prefixes}`;
      const open = () =>
        limiterOf(Ratelimit.cachedFixedWindow(100, '30 d'), { prefix, ephemeralCache: new Map() });
      const instances = Array.from({ length: 8 }, open);
      for (const instance of instances) await instance.limit('ada');
      const passed = await countOf(
        2_000,
        async (index) => (await instances[index % 8]?.limit('ada'))?.success ?? false,
      );
      expect(passed).toBeGreaterThan(300);
    });
  });

  describe('a call for 10 that is refused at 95 of 100', () => {
    it('leaves five to the gate and to a token bucket', async () => {
      const { gate } = gateFor();
      await gate.take({ subject: 'ada', cost: 95 });
      await gate.take({ subject: 'ada', cost: 10 });
      expect(await countOf(5, async () => (await gate.take({ subject: 'ada' })).allowed)).toBe(5);
      const bucket = limiterOf(Ratelimit.tokenBucket(100, '30 d', 100));
      await bucket.limit('ada', { rate: 95 });
      await bucket.limit('ada', { rate: 10 });
      expect(await countOf(5, async () => (await bucket.limit('ada')).success)).toBe(5);
    });

    it('uses up what is left of a fixed window and of rate-limiter-flexible', async () => {
      const fixed = limiterOf(Ratelimit.fixedWindow(100, '30 d'));
      await fixed.limit('ada', { rate: 95 });
      await fixed.limit('ada', { rate: 10 });
      expect(await countOf(5, async () => (await fixed.limit('ada')).success)).toBe(0);
      const flexible = flexibleOf(100);
      await flexible.consume('ada', 95);
      await flexible.consume('ada', 10).catch(() => {});
      expect(
        await countOf(5, () =>
          flexible
            .consume('ada')
            .then(() => true)
            .catch(() => false),
        ),
      ).toBe(0);
    });
  });

  it('a call whose answer is lost three times is charged once by the gate, and four times by a window behind a client that retries', async () => {
    const { gate, line } = gateFor();
    await gate.take({ subject: 'bob' });
    line.next('answer lost');
    expect((await gate.take({ subject: 'ada' })).standings[0]?.used).toBe(1);
    const lossy = createLine();
    const send = globalThis.fetch;
    const fixed = new Ratelimit({
      redis: new Redis({ url: server.url, token: server.token, retry: { retries: 5, backoff: () => 1 } }),
      limiter: Ratelimit.fixedWindow(100, '30 d'),
      prefix: `peer-${++prefixes}`,
      ephemeralCache: false,
    });
    await fixed.limit('bob');
    globalThis.fetch = lossy.fetch;
    lossy.next('answer lost', 'answer lost', 'answer lost');
    const { remaining } = await fixed.limit('ada').finally(() => {
      globalThis.fetch = send;
    });
    expect(100 - remaining).toBe(4);
  });

  it('who has paid is let in by the gate, and still refused by a window that remembers the block', async () => {
    const { gate } = gateFor({ free: 1, pro: 1_000 });
    await gate.take({ subject: 'ada' });
    expect((await gate.take({ subject: 'ada' })).allowed).toBe(false);
    const period = { periodStart: Date.now(), periodEnd: Date.now() + 2_592_000_000 };
    await gate.setPlan('ada', { plan: 'pro', customer: 'cus', isPaying: true, version: 1, ...period });
    expect((await gate.take({ subject: 'ada' })).allowed).toBe(true);

    const [ephemeralCache, prefix] = [new Map<string, number>(), `peer-${++prefixes}`];
    const free = limiterOf(Ratelimit.fixedWindow(1, '30 d'), { ephemeralCache, prefix });
    await free.limit('ada');
    await free.limit('ada');
    const paid = limiterOf(Ratelimit.fixedWindow(1_000, '30 d'), { ephemeralCache, prefix });
    expect(await paid.limit('ada')).toMatchObject({ success: false, reason: 'cacheBlock' });
  });

  it('refunds free what was charged in the gate, and more than was charged in a sliding window', async () => {
    const { gate } = gateFor({ free: 5 });
    const taken = await gate.take({ subject: 'ada', cost: 5 });
    await countOf(50, () => gate.undo({ subject: 'ada', hold: taken.hold }));
    expect(await countOf(60, async () => (await gate.take({ subject: 'ada' })).allowed)).toBe(5);
    const sliding = limiterOf(Ratelimit.slidingWindow(5, '30 d'));
    await sliding.limit('ada', { rate: 5 });
    await countOf(50, async () => (await sliding.limit('ada', { rate: -1 })).success);
    expect(await countOf(60, async () => (await sliding.limit('ada')).success)).toBeGreaterThan(5);
  });

  it('a Redis that fails is told from a limit by the gate, and thrown at the app by a window', async () => {
    const down = { url: 'http://127.0.0.1:9', token: 'token' };
    const { gate } = createGates(down, plansOf({ onUnavailable: 'deny' })).open();
    expect(await gate.take({ subject: 'ada' })).toMatchObject({ allowed: false, verdict: 'unavailable' });
    const fixed = new Ratelimit({
      redis: new Redis({ ...down, retry: false }),
      limiter: Ratelimit.fixedWindow(1, '30 d'),
    });
    await expect(fixed.limit('ada')).rejects.toThrow();
  });

  it('a period begins with a subject in the gate, and for all at once in a window', async () => {
    const { gate } = gateFor();
    const taken = await gate.take({ subject: 'ada' });
    expect((taken.standings[0]?.resetAt ?? 0) - (taken.standings[0]?.periodStart ?? 0)).toBe(2_592_000_000);
    const { reset } = await limiterOf(Ratelimit.fixedWindow(1, '30 d')).limit('ada');
    expect(reset % 2_592_000_000).toBe(0);
  });

  it('nothing that the gate writes stays for ever, and a cached window does', async () => {
    const world = createGates(server, plansOf({}));
    await world.open().gate.take({ subject: 'ada' });
    const keys = await redis.keys(`skene:${world.namespace}:*`);
    const times = await Promise.all(keys.map((key) => redis.ttl(key)));
    expect(keys).toHaveLength(2);
    expect(Math.min(...times)).toBeGreaterThan(0);
    const prefix = `peer-${++prefixes}`;
    await limiterOf(Ratelimit.cachedFixedWindow(1, '30 d'), { prefix, ephemeralCache: new Map() }).limit(
      'ada',
    );
    await expect.poll(async () => (await redis.keys(`${prefix}*`)).length).toBe(1);
    expect(await redis.ttl((await redis.keys(`${prefix}*`))[0] ?? '')).toBe(-1);
  });
});
