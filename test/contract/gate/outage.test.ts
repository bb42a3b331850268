import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateOptions } from '../../../src/gate/index.ts';
import {
  countOf,
  createGates,
  DAY,
  plansOf,
  START,
  startLocalRedis,
  type TestRedis,
  type Usage,
} from './gate-world.ts';

const ada = { subject: 'ada' };

let redis: TestRedis & { stop(): Promise<void> };
beforeAll(async () => {
  redis = await startLocalRedis();
});
afterAll(() => redis.stop());

/** A gate that has been asked once: it has its script, and knows nothing of ada. */
async function openGate(usage: Usage, options: Partial<GateOptions> = {}) {
  const world = createGates(redis, plansOf(usage));
  const { gate, line } = world.open({ timeoutMs: 60, ...options });
  await gate.peek({ subject: 'nobody' });
  return { gate, line, other: world.open().gate };
}

const used = async (gate: Awaited<ReturnType<typeof openGate>>['gate'], subject = 'ada') =>
  (await gate.peek({ subject })).standings[0]?.used;

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('while Redis does not answer', () => {
  it.each([
    ['allow-bounded', true],
    ['deny', false],
    ['sql', false],
  ] as const)(
    'the policy %s decides within its time: 800 ms, and at once after that',
    async (onUnavailable, allowed) => {
      const { gate, line } = await openGate({ onUnavailable }, { timeoutMs: undefined });
      line.next('lost');
      const [first, second] = [await timed(() => gate.take(ada)), await timed(() => gate.take(ada))];
      expect(first.ms).toBeGreaterThan(700);
      expect(first.ms).toBeLessThan(1_000);
      expect(second.ms).toBeLessThan(50);
      for (const { result } of [first, second])
        expect(result).toMatchObject({
          allowed,
          degraded: true,
          verdict: allowed ? 'pass' : 'unavailable',
          headers: {},
        });
    },
  );

  it.each(['refused', 'status 500', 'lost'] as const)(
    'nothing is thrown, and no failure passes for a limit: %s',
    async (fate) => {
      const { gate, line } = await openGate({ onUnavailable: 'deny' });
      line.next(fate, fate);
      expect(await gate.take(ada)).toMatchObject({ allowed: false, verdict: 'unavailable', degraded: true });
      expect(await gate.peek(ada)).toMatchObject({ allowed: false, verdict: 'unavailable', degraded: true });
    },
  );

  it('one that is answered by another attempt is not an outage', async () => {
    const { gate, line } = await openGate({});
    line.next('refused');
    expect(await gate.take(ada)).toMatchObject({ allowed: true, degraded: false });
  });

  it('allow-bounded lets 5 of 100 through on each instance, which are charged once when Redis is back', async () => {
    const { gate, line, other } = await openGate({});
    line.next('lost', ...Array<'refused'>(20).fill('refused'));
    expect(await countOf(30, async () => (await gate.take(ada)).allowed)).toBe(5);
    line.next();
    await until(async () => (await used(other)) === 5);
    await gate.settled();
    expect(await used(other)).toBe(5);
  });

  it('allow-bounded lets one through where the limit is small, and none whom it knows to be blocked', async () => {
    const { gate, line } = await openGate({ limit: { free: 3 } });
    await gate.take({ subject: 'eve', cost: 3 });
    expect((await gate.take({ subject: 'eve' })).allowed).toBe(false);
    line.next('lost', ...Array<'refused'>(20).fill('refused'));
    expect(await countOf(5, async () => (await gate.take(ada)).allowed)).toBe(1);
    // After the second in which a refusal is known to stand, Redis would be asked.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await gate.take({ subject: 'eve' })).toMatchObject({
      allowed: false,
      verdict: 'limit',
      degraded: true,
    });
  });

  it('whoever has a plan is judged by it as far as it is known, and is not told that it lacks the feature', async () => {
    const { gate, line } = await openGate({ limit: { free: 0, pro: 100, paid: Infinity } });
    const plan = {
      customer: 'c',
      isPaying: true,
      periodStart: START,
      periodEnd: START + 30 * DAY,
      version: 1,
    };
    await gate.setPlan('ada', { ...plan, plan: 'pro' });
    await gate.take(ada);
    line.next('lost', ...Array<'refused'>(20).fill('refused'));
    expect(await countOf(10, async () => (await gate.take(ada)).allowed)).toBe(5);
    expect((await gate.take({ subject: 'new' })).verdict).toBe('unavailable');
    expect((await gate.take({ subject: 'new', plan: 'free' })).verdict).toBe('plan');
    expect((await gate.take({ subject: 'new', plan: 'paid' })).allowed).toBe(true);
  });

  it('sql asks the team database, counts there, and is bounded in time', async () => {
    let count = 0;
    const { gate, line } = await openGate(
      { onUnavailable: 'sql', limit: { free: 2 } },
      {
        bySql: async ({ subject, limit }) => (subject === 'slow' ? new Promise(() => {}) : ++count <= limit),
      },
    );
    line.next('lost', ...Array<'refused'>(20).fill('refused'));
    expect(await countOf(5, async () => (await gate.take(ada)).allowed)).toBe(2);
    expect((await timed(() => gate.take({ subject: 'slow' }))).ms).toBeLessThan(400);
  });

  it('says why, once', async () => {
    const heard: unknown[] = [];
    const { gate, line } = await openGate({}, { onOutage: (error) => heard.push(error) });
    line.next('lost', 'refused', 'refused');
    await countOf(5, async () => (await gate.take(ada)).allowed);
    await gate.take(ada);
    expect(heard).toHaveLength(1);
  });
});

describe('a take that Redis did, but too late', () => {
  it('is undone where the policy denied', async () => {
    const { gate, line, other } = await openGate({ onUnavailable: 'deny' });
    line.next({ late: 400 });
    expect((await gate.take(ada)).allowed).toBe(false);
    await until(async () => (await used(other)) === 1);
    line.next();
    await until(async () => (await used(other)) === 0);
  });

  it('is charged once where the policy allowed, and given back when the call fails', async () => {
    const { gate, line, other } = await openGate({});
    line.next({ late: 400 });
    const taken = await gate.take(ada);
    expect(taken).toMatchObject({ allowed: true, degraded: true });
    await until(async () => (await used(other)) === 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await gate.settled();
    expect(await used(other)).toBe(1);
    await taken.undo();
    await until(async () => (await used(other)) === 0);
  });

  it('never comes to be charged when its undo overtakes it', async () => {
    const { gate, line, other } = await openGate({ onUnavailable: 'deny' });
    line.next({ early: 300 });
    expect((await gate.take(ada)).allowed).toBe(false);
    line.next();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    await gate.settled();
    expect(await used(other)).toBe(0);
  });

  it('alone is no outage while Redis answers others', async () => {
    const { gate, line } = await openGate({ onUnavailable: 'deny' }, { timeoutMs: 150 });
    line.next({ late: 1_000 });
    const slow = gate.take(ada);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await gate.take({ subject: 'bob' })).degraded).toBe(false);
    expect((await slow).degraded).toBe(true);
    expect((await gate.take({ subject: 'bob' })).degraded).toBe(false);
  });
});

describe('after an outage', () => {
  it('the gate recovers by itself within a second or two, and gives back what it could not', async () => {
    const { gate, line, other } = await openGate({});
    const taken = await gate.take(ada);
    line.next('lost', 'refused', 'refused');
    await taken.undo();
    expect((await gate.take(ada)).degraded).toBe(true);
    line.next();
    const startedAt = performance.now();
    await until(async () => !(await gate.take({ subject: 'bob' })).degraded);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    await until(async () => (await used(other)) === 1);
  });
});

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}
