import { expect, it } from 'vitest';
import type { Gate, GateOptions } from '../../../src/gate/index.ts';
import { createGates, describeOnEachRedis, type Line, plansOf } from './gate-world.ts';

const ada = { subject: 'ada' };

const usedOf = async (gate: Gate) => (await gate.peek(ada)).standings[0]?.used;

const cut = (line: Line) => line.next('refused', ...Array<'refused'>(200).fill('refused'));

/** Calls until Redis decides again; what it says of the first call that it decides on, and how many were let through without it. */
async function untilDecided(gate: Gate, ask = ada) {
  let admitted = 0;
  for (;;) {
    const taken = await gate.take(ask);
    if (!taken.degraded) return { taken, admitted };
    admitted += Number(taken.allowed);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describeOnEachRedis('what is let through while Redis is away', (redis) => {
  /** Gates that have their script, and one that nothing happens to. */
  async function openGates(count: number, limit: number, options: Partial<GateOptions> = {}) {
    const world = createGates(redis, plansOf({ limit: { free: limit, paid: Number.POSITIVE_INFINITY } }));
    const gates = Array.from({ length: count }, () => world.open({ timeoutMs: 5_000, ...options }));
    for (const { gate } of gates) await gate.peek({ subject: 'nobody' });
    return { gates, other: world.open().gate };
  }

  it('is counted by the first decision of its instance after the outage', async () => {
    const { gates, other } = await openGates(1, 3);
    for (const { gate, line } of gates) {
      await gate.take(ada);
      await gate.take(ada);
      cut(line);
      expect(await gate.take(ada)).toMatchObject({ allowed: true, degraded: true });
      line.next();
      const { taken } = await untilDecided(gate);
      expect(taken).toMatchObject({ allowed: false, verdict: 'limit', refusedBy: { used: 3 } });
    }
    expect(await usedOf(other)).toBe(3);
  });

  it('is counted, too, where one answer was lost and nothing was away', async () => {
    const { gates } = await openGates(1, 3, { timeoutMs: 500 });
    for (const { gate, line } of gates) {
      await gate.take(ada);
      await gate.take(ada);
      line.next('lost');
      const lost = gate.take(ada);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await gate.take({ subject: 'bob' })).degraded).toBe(false);
      expect(await lost).toMatchObject({ allowed: true, degraded: true });
      expect(await gate.take(ada)).toMatchObject({ allowed: false, degraded: false, refusedBy: { used: 3 } });
    }
  });

  it('is paid once, though Redis has done it and the answers were lost', async () => {
    const { gates, other } = await openGates(1, 100);
    for (const { gate, line } of gates) {
      cut(line);
      for (let count = 0; count < 5; count += 1) expect((await gate.take(ada)).allowed).toBe(true);
      line.next('answer lost', 'answer lost', 'answer lost', 'answer lost');
      await expect.poll(() => usedOf(other), { timeout: 20_000 }).toBe(5);
      const { taken, admitted } = await untilDecided(gate);
      await gate.settled();
      expect(taken).toMatchObject({ allowed: true, standings: [{ used: 6 + admitted }] });
      expect(await usedOf(other)).toBe(6 + admitted);
    }
  });

  it('comes to one allowance for each instance and period at the most, however many outages there are', async () => {
    const [limit, allowance, instances] = [40, 2, 3];
    const { gates, other } = await openGates(instances, limit);
    let admitted = 0;
    const take = async (gate: Gate) => {
      const { allowed } = await gate.take(ada);
      admitted += Number(allowed);
    };
    while (admitted < limit - instances) for (const { gate } of gates) await take(gate);
    for (const { gate } of gates) if (admitted < limit) await take(gate);
    expect(admitted).toBe(limit);
    for (let outage = 0; outage < 3; outage += 1)
      await Promise.all(
        gates.map(async ({ gate, line }) => {
          cut(line);
          for (let count = 0; count < 6; count += 1) await take(gate);
          line.next();
          // Nobody decides on ada meanwhile: what Redis answers to what it is owed has to be heard.
          await untilDecided(gate, { subject: 'bob' });
          await gate.settled();
        }),
      );
    expect(admitted).toBeGreaterThan(limit);
    expect(admitted).toBeLessThanOrEqual(limit + instances * allowance);
    // What was let through is what Redis says, one by one.
    expect(await usedOf(other)).toBe(admitted);
  });

  it('is not charged by an attempt that comes after it was given back', async () => {
    const { gates, other } = await openGates(1, 100, { timeoutMs: 500 });
    for (const { gate, line } of gates) {
      line.next({ early: 2_500 });
      const arrived = new Promise((resolve) => setTimeout(resolve, 2_800));
      const taken = await gate.take(ada);
      expect(taken).toMatchObject({ allowed: true, degraded: true });
      await expect.poll(() => usedOf(other), { timeout: 2_000 }).toBe(1);
      await taken.undo();
      expect(await usedOf(other)).toBe(0);
      await arrived;
      expect(await usedOf(other)).toBe(0);
    }
  });

  it('is told of as used, and as given back when the call fails', async () => {
    const told: number[] = [];
    const onUsage: GateOptions['onUsage'] = async (rows) => void told.push(...rows.map(({ used }) => used));
    const { gates, other } = await openGates(1, 100, { onUsage });
    for (const { gate, line } of gates) {
      await gate.take(ada);
      cut(line);
      const taken = await gate.take(ada);
      expect(taken).toMatchObject({ allowed: true, degraded: true });
      line.next();
      await expect.poll(() => usedOf(other), { timeout: 20_000 }).toBe(2);
      await gate.settled();
      await taken.undo();
      await gate.settled();
      expect(told).toEqual([1, 2, 1]);
    }
  });

  it('of somebody without a limit is taken back when the call fails after it was counted', async () => {
    const { gates, other } = await openGates(1, 100);
    const paying = { ...ada, plan: 'paid' };
    for (const { gate } of gates) {
      await gate.take(paying);
      const slow = await gate.take(paying);
      await expect.poll(() => usedOf(other), { timeout: 20_000 }).toBe(2);
      await slow.undo();
      await expect.poll(() => usedOf(other), { timeout: 20_000 }).toBe(1);
    }
  });
});
