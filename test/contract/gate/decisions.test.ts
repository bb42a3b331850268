import { describe, expect, it } from 'vitest';
import {
  command,
  countOf,
  createGates,
  DAY,
  describeOnEachRedis,
  plansOf,
  START,
  type Usage,
} from './gate-world.ts';

const ada = { subject: 'ada' };

describeOnEachRedis('the gate', (redis) => {
  const gatesFor = (...usages: Usage[]) => createGates(redis, plansOf(...usages));

  describe('under concurrency', () => {
    it('lets exactly the limit through, of 2,000 calls of 8 instances', async () => {
      const world = gatesFor({});
      const gates = Array.from({ length: 8 }, () => world.open().gate);
      const passed = await countOf(2_000, async (index) => {
        const { allowed } = (await gates[index % 8]?.take(ada)) ?? { allowed: false };
        return allowed;
      });
      expect(passed).toBe(100);
    });

    it('never holds more than the limit, with costs, repeats and undos of many instances', async () => {
      const world = gatesFor({});
      const gates = Array.from({ length: 4 }, () => world.open().gate);
      let held = 0;
      let most = 0;
      await countOf(600, async (index) => {
        const gate = gates[index % 4] ?? world.open().gate;
        const cost = index % 3 === 0 ? 7 : 1;
        const taken = await gate.take({ ...ada, cost, rid: `call-${index}` });
        if (!taken.allowed) return false;
        if (index % 10 === 0)
          expect(await gate.take({ ...ada, cost, rid: `call-${index}` })).toMatchObject({ replayed: true });
        held += cost;
        most = Math.max(most, held);
        if (index % 2 === 0) {
          held -= cost;
          await Promise.all([taken.undo(), taken.undo(), gate.undo({ ...ada, hold: taken.hold })]);
        }
        return true;
      });
      expect(most).toBeLessThanOrEqual(100);
      const { standings } = await world.open().gate.peek(ada);
      expect(standings[0]?.used).toBe(held);
    });
  });

  describe('a call', () => {
    it('that is refused uses up nothing: with 95 of 100 used, asking for 10 leaves five ones', async () => {
      const { gate } = gatesFor({}).open();
      await gate.take({ ...ada, cost: 95 });
      expect((await gate.take({ ...ada, cost: 10 })).allowed).toBe(false);
      expect(await countOf(6, async () => (await gate.take(ada)).allowed)).toBe(5);
    });

    it('whose answer is lost is charged once', async () => {
      const { gate, line } = gatesFor({}).open();
      await gate.take(ada);
      line.next('answer lost');
      const taken = await gate.take(ada);
      expect(taken).toMatchObject({ allowed: true, replayed: false, standings: [{ used: 2 }] });
      await taken.undo();
      expect((await gate.peek(ada)).standings[0]?.used).toBe(1);
    });

    it('with the id of another is let through as its repeat, says so, and is charged no more', async () => {
      const world = gatesFor({ limit: { free: 1 } });
      const [one, other] = [world.open().gate, world.open().gate];
      const first = await one.take({ ...ada, rid: 'client:abc' });
      const repeat = await other.take({ ...ada, rid: 'client:abc' });
      expect([first.replayed, repeat.replayed, repeat.allowed]).toEqual([false, true, true]);
      expect(repeat.standings[0]?.used).toBe(1);
      // Nor does who repeats it give back what the first was charged.
      await repeat.undo();
      expect(await other.undo({ ...ada, hold: repeat.hold })).toBe(false);
      expect((await one.peek(ada)).standings[0]?.used).toBe(1);
    });

    it('that was given back is charged when it is tried again', async () => {
      const { gate } = gatesFor({}).open();
      await (await gate.take({ ...ada, rid: 'call' })).undo();
      const again = await gate.take({ ...ada, rid: 'call' });
      expect(again).toMatchObject({ allowed: true, replayed: false, standings: [{ used: 1 }] });
    });

    it('gives its units back once, on whatever machine, however often it is asked to', async () => {
      const world = gatesFor({});
      const taken = await world.open().gate.take({ ...ada, cost: 5 });
      const undone = await countOf(10, () => world.open().gate.undo({ ...ada, hold: taken.hold }));
      expect(undone).toBe(1);
      expect((await world.open().gate.peek(ada)).standings[0]?.used).toBe(0);
    });

    it('is decided once for all loops whose glob and method match: one round trip, and all or nothing', async () => {
      const { gate, line } = gatesFor(
        { limit: { free: 3 }, endpoint: '/api/**', method: '*' },
        { limit: { free: 1 }, endpoint: '/api/features/*' },
        { limit: { free: 9 }, endpoint: '/other' },
      ).open();
      const route = { method: 'POST', path: '/api/features/export' };
      await gate.take({ ...ada, route });
      const before = line.requests;
      const second = await gate.take({ ...ada, route });
      expect(line.requests - before).toBe(1);
      expect(second).toMatchObject({ allowed: false, refusedBy: { rule: { loop: 'loop-2' } } });
      expect(second.standings.map(({ used }) => used)).toEqual([1, 1]);
    });
  });

  describe('a blocked subject', () => {
    it('costs no request, whatever it asks for', async () => {
      const { gate, line } = gatesFor({ limit: { free: 1 } }).open();
      await gate.take(ada);
      await gate.take(ada);
      const before = line.requests;
      await countOf(1_000, async (index) => (await gate.take({ ...ada, cost: 1 + (index % 3) })).allowed);
      expect((await gate.peek(ada)).verdict).toBe('limit');
      expect(line.requests).toBe(before);
    });

    it('of 200 on 20 instances is asked for once on each', async () => {
      const world = gatesFor({ limit: { free: 0 } });
      let most = 0;
      for (let instance = 0; instance < 20; instance += 1) {
        const { gate, line } = world.open();
        for (let round = 0; round < 3; round += 1)
          await countOf(200, async (index) => (await gate.take({ subject: `user-${index}` })).allowed);
        most = Math.max(most, line.requests);
      }
      // At most four go out before the others queue up behind them, and one may ask for the revision.
      expect(most).toBeLessThanOrEqual(6);
    });

    it('is let in at once where it is upgraded, and within a second on every other instance', async () => {
      const world = gatesFor({ limit: { free: 1, pro: 1_000 } });
      const [one, other] = [world.open().gate, world.open().gate];
      await one.take(ada);
      expect((await one.take(ada)).allowed).toBe(false);
      expect((await other.take(ada)).allowed).toBe(false);
      const paidAt = performance.now();
      await one.setPlan('ada', pro(1));
      expect(await one.take(ada)).toMatchObject({ allowed: true, plan: 'pro' });
      await until(async () => (await other.take(ada)).allowed);
      expect(performance.now() - paidAt).toBeLessThan(1_100);
    });

    it('is let in when somebody else gives a unit back', async () => {
      const world = gatesFor({ limit: { free: 1 } });
      const [one, other] = [world.open().gate, world.open().gate];
      const taken = await one.take(ada);
      expect((await other.take(ada)).allowed).toBe(false);
      await taken.undo();
      await until(async () => (await other.take(ada)).allowed);
    });

    it('is let in at the reset', async () => {
      const world = gatesFor({ limit: { free: 1 }, period: '30d' });
      const { gate } = world.open();
      await gate.take(ada);
      expect((await gate.take(ada)).refusedBy?.resetAt).toBe(START + 30 * DAY);
      world.now += 30 * DAY - 1;
      expect((await gate.take(ada)).allowed).toBe(false);
      world.now += 1;
      expect((await gate.take(ada)).allowed).toBe(true);
    });

    it('is let in when a tighter limit of its own ends', async () => {
      const world = gatesFor({ limit: { free: 10 } });
      const { gate } = world.open();
      await gate.setLimit('ada', 'loop-1', { limit: 1, until: START + DAY });
      await gate.take(ada);
      expect((await gate.take(ada)).allowed).toBe(false);
      world.now += DAY;
      expect((await gate.take(ada)).allowed).toBe(true);
    });

    it('is not one who has only looked: the first call after it is refused and told of', async () => {
      const told: string[] = [];
      const { gate } = gatesFor({ limit: { free: 1 } }).open({
        onEvents: async ([event]) => void told.push(event?.type ?? ''),
      });
      await gate.take(ada);
      expect((await gate.peek(ada)).allowed).toBe(false);
      await gate.settled();
      expect(told).toEqual([]);
      expect((await gate.refuse(ada)).allowed).toBe(false);
      await gate.settled();
      expect(told).toEqual(['usage.blocked']);
    });
  });

  describe('a plan', () => {
    it('without a limit costs no request while it is known, and is counted all the same', async () => {
      const { gate, line } = gatesFor({}).open();
      const rows: number[] = [];
      await gate.setPlan('ada', { ...pro(1), plan: 'paid' });
      await gate.take(ada);
      const before = line.requests;
      const takes = await Promise.all(Array.from({ length: 500 }, () => gate.take(ada)));
      expect(takes.every(({ allowed, plan }) => allowed && plan === 'paid')).toBe(true);
      expect(line.requests).toBe(before);
      await takes[0]?.undo();
      await takes[0]?.undo();
      await gate.settled();
      expect((await gate.peek(ada)).allowed).toBe(true);
      rows.push((await usedBy(gate, 'ada')) ?? 0);
      await takes[1]?.undo();
      await gate.settled();
      rows.push((await usedBy(gate, 'ada')) ?? 0);
      expect(rows).toEqual([500, 499]);
    });

    it('without a limit counts a call with an id of its own once, wherever it is repeated', async () => {
      const world = gatesFor({});
      const gates = [world.open().gate, world.open().gate];
      for (const gate of gates) await gate.take({ ...ada, plan: 'paid' });
      for (const gate of gates) {
        await gate.take({ ...ada, plan: 'paid', rid: 'same' });
        await gate.take({ ...ada, plan: 'paid', rid: 'same' });
        await gate.settled();
      }
      expect(await usedBy(world.open().gate, 'ada')).toBe(3);
    });

    it('that ends closes the gate again, within the time an answer is kept', async () => {
      const { gate } = gatesFor({ limit: { free: 0, paid: Infinity } }).open();
      await gate.setPlan('ada', pro(1));
      expect((await gate.take(ada)).allowed).toBe(true);
      await gate.setPlan('ada', { ...pro(2), isPaying: false });
      expect(await gate.take(ada)).toMatchObject({ allowed: false, verdict: 'plan', plan: 'free' });
    });

    it('that is raised after refusals leaves all that was not used', async () => {
      const { gate } = gatesFor({ limit: { free: 100, pro: 1_000 } }).open();
      await countOf(150, async () => (await gate.take(ada)).allowed);
      await gate.setPlan('ada', pro(1));
      expect((await gate.take(ada)).headers.RateLimit).toContain(';r=899;');
    });

    it('told of late changes nothing: the looks at a customer count in their order', async () => {
      const { gate } = gatesFor({ limit: { free: 1, pro: 5, team: 50 } }).open();
      await gate.setPlan('ada', { ...pro(2), plan: 'team' });
      await gate.setPlan('ada', pro(1));
      expect((await gate.peek(ada)).plan).toBe('team');
      await gate.setPlan('ada', { ...pro(9), customer: 'cus_old', isPaying: false });
      expect((await gate.peek(ada)).plan).toBe('team');
    });

    it('whose name nobody wrote down gets what is paid for', async () => {
      const { gate } = gatesFor({ limit: { free: 1, paid: 7 } }).open();
      await gate.setPlan('ada', { ...pro(1), plan: 'price of 2026, büro' });
      expect((await gate.peek(ada)).standings[0]?.limit).toBe(7);
    });
  });

  describe('what is given beside the plan', () => {
    it('is used after the plan, the first to expire first, and once for each id', async () => {
      const world = gatesFor({ limit: { free: 2 } });
      const { gate } = world.open();
      await gate.grant('ada', 'loop-1', { id: 'later', units: 2, until: START + 9 * DAY });
      await gate.grant('ada', 'loop-1', { id: 'soon', units: 1, until: START + DAY });
      expect(await countOf(3, async () => (await gate.take(ada)).allowed)).toBe(3);
      await gate.grant('ada', 'loop-1', { id: 'soon', units: 1, until: START + DAY });
      world.now += DAY;
      expect(await countOf(5, async () => (await gate.take(ada)).allowed)).toBe(2);
    });

    it('expires', async () => {
      const world = gatesFor({ limit: { free: 0 } });
      const { gate } = world.open();
      await gate.grant('ada', 'loop-1', { id: 'gift', units: 2, until: START + DAY });
      expect((await gate.take(ada)).allowed).toBe(true);
      world.now += DAY;
      expect(await gate.take(ada)).toMatchObject({ allowed: false, refusedBy: { used: 1, limit: 1 } });
      expect(await gate.take({ subject: 'bob' })).toMatchObject({ allowed: false, verdict: 'plan' });
    });

    it('comes back with a call that failed', async () => {
      const { gate } = gatesFor({ limit: { free: 1 } }).open();
      await gate.grant('ada', 'loop-1', { id: 'gift', units: 1 });
      await gate.take(ada);
      await (await gate.take(ada)).undo();
      expect(await countOf(2, async () => (await gate.take(ada)).allowed)).toBe(1);
    });

    it('can be taken back, and what is not whole is refused', async () => {
      const { gate } = gatesFor({ limit: { free: 0 } }).open();
      await gate.grant('ada', 'loop-1', { id: 'gift', units: 2 });
      await gate.revoke('ada', 'loop-1', 'gift');
      expect((await gate.take(ada)).allowed).toBe(false);
      for (const units of [0, -1, 1.5, Number.NaN])
        await expect(gate.grant('ada', 'loop-1', { id: 'x', units })).rejects.toMatchObject({
          code: 'REQUEST_INVALID',
        });
      await expect(gate.setLimit('ada', 'loop-1', { limit: 1.5 })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      await expect(gate.grant('ada', 'no-loop', { id: 'x', units: 1 })).rejects.toThrow('no-loop');
    });

    it('may be a limit of its own, or none', async () => {
      const { gate } = gatesFor({ limit: { free: 1 } }).open();
      await gate.setLimit('ada', 'loop-1', { limit: 3 });
      expect(await countOf(5, async () => (await gate.take(ada)).allowed)).toBe(3);
      await gate.setLimit('ada', 'loop-1', { limit: 'unlimited' });
      expect((await gate.take(ada)).standings[0]?.limit).toBe('unlimited');
      await gate.setLimit('ada', 'loop-1', undefined);
      expect((await gate.take(ada)).allowed).toBe(false);
    });

    it('is kept for good where it has no end, though nobody comes for years', async () => {
      const world = gatesFor({ limit: { free: 1 } });
      const { gate } = world.open();
      const ttl = async (subject: string) =>
        (await command(redis, ['TTL', `skene:${world.namespace}:gate:${subject}`]))[0];
      await gate.grant('ada', 'loop-1', { id: 'gift', units: 1 });
      await gate.take(ada);
      expect(await ttl('ada')).toBe(-1);
      await gate.take({ subject: 'bob' });
      expect(await ttl('bob')).toBeGreaterThan(365 * 86_400);
      await gate.take({ subject: 'eve', cost: 2 });
      expect(await ttl('eve')).toBeGreaterThan(365 * 86_400);
    });
  });

  describe('events', () => {
    it('are raised once for the warning and once for the first block, in 2,000 concurrent calls of 8 instances', async () => {
      const world = gatesFor({ warnAt: 0.8 });
      const told = new Map<string, number>();
      const onEvents = async (events: ReadonlyArray<{ id: string; type: string }>) => {
        for (const { id, type } of events) told.set(`${type} ${id}`, 1);
      };
      const gates = Array.from({ length: 8 }, () => world.open({ onEvents }).gate);
      await countOf(2_000, async (index) => (await gates[index % 8]?.take(ada))?.allowed ?? false);
      await Promise.all(gates.map((gate) => gate.settled()));
      expect([...told.keys()].map((key) => key.split(' ')[0]).sort()).toEqual([
        'usage.blocked',
        'usage.warned',
      ]);
    });

    it('that nobody took are offered again, by whoever is asked next, until somebody has', async () => {
      const world = gatesFor({ limit: { free: 0 } });
      let offers = 0;
      const failing = world.open({
        onEvents: async () => Promise.reject(new Error(`offer ${++offers}`)),
      }).gate;
      await failing.take(ada);
      await failing.settled();
      await failing.take(ada);
      await failing.settled();
      expect(offers).toBe(2);
      const told: string[] = [];
      const onEvents = async ([event]: ReadonlyArray<{ id: string }>) => void told.push(event?.id ?? '');
      for (let instance = 0; instance < 3; instance += 1) {
        const { gate } = world.open({ onEvents });
        await gate.take(ada);
        await gate.settled();
      }
      expect(told).toHaveLength(1);
    });

    it('of a loop that does not block say that the limit was passed, and nobody is refused', async () => {
      const told: string[] = [];
      const { gate } = gatesFor({ limit: { free: 1 }, isSoft: true }).open({
        onEvents: async ([event]) => void told.push(event?.type ?? ''),
      });
      expect(await countOf(3, async () => (await gate.take(ada)).allowed)).toBe(3);
      await gate.settled();
      expect(told).toEqual(['usage.blocked']);
    });
  });

  describe('usage', () => {
    it('is told as absolute values, of which the last is right', async () => {
      const rows = new Map<string, { used: number; sequence: number }>();
      const { gate } = gatesFor({}).open({
        onUsage: async (changed) => {
          for (const { subject, used, sequence } of changed)
            if ((rows.get(subject)?.sequence ?? -1) < sequence) rows.set(subject, { used, sequence });
        },
      });
      const takes = await Promise.all(Array.from({ length: 20 }, () => gate.take(ada)));
      await Promise.all(takes.slice(0, 5).map((take) => take.undo()));
      await gate.settled();
      expect(rows.get('ada')?.used).toBe(15);
      await gate.undo({ subject: 'ada', hold: takes[7]?.hold ?? '' });
      await gate.settled();
      expect(rows.get('ada')?.used).toBe(14);
    });
  });

  describe('periods', () => {
    const subscribed = (from: number, to: number, version = 1) => ({
      ...pro(version),
      periodStart: from,
      periodEnd: to,
    });
    const used = async (world: ReturnType<typeof gatesFor>) =>
      (await world.open().gate.peek(ada)).standings[0];

    it('roll from the first use: day 0 has the limit, day 29 nothing, day 30 the limit', async () => {
      const world = gatesFor({ limit: { free: 3 }, period: '30d' });
      const { gate } = world.open();
      const passes = () => countOf(5, async () => (await gate.take(ada)).allowed);
      expect(await passes()).toBe(3);
      world.now += 29 * DAY;
      expect(await passes()).toBe(0);
      world.now += DAY;
      expect(await passes()).toBe(3);
      world.now += 95 * DAY;
      expect((await used(world))?.periodStart).toBe(START + 120 * DAY);
    });

    it('of Stripe roll on by themselves where the webhook is late, and are not started twice when it comes', async () => {
      const world = gatesFor({ limit: { free: 1, pro: 10 }, period: 'billing' });
      const { gate } = world.open();
      await gate.setPlan('ada', subscribed(START - 20 * DAY, START + 10 * DAY));
      await gate.take({ ...ada, cost: 10 });
      world.now = START + 11 * DAY;
      await gate.take({ ...ada, cost: 4 });
      expect(await used(world)).toMatchObject({ used: 4, periodStart: START + 10 * DAY });
      await gate.setPlan('ada', subscribed(START + 10 * DAY, START + 41 * DAY, 2));
      expect(await used(world)).toMatchObject({ used: 4, resetAt: START + 41 * DAY });
    });

    it('of Stripe never go back for a webhook that is stale', async () => {
      const world = gatesFor({ limit: { free: 1, pro: 10 }, period: 'billing' });
      const { gate } = world.open();
      await gate.setPlan('ada', subscribed(START, START + 30 * DAY, 5));
      await gate.take({ ...ada, cost: 10 });
      await gate.setPlan('ada', { ...subscribed(START - 30 * DAY, START, 1), customer: 'cus_other' });
      expect((await gate.take(ada)).allowed).toBe(false);
      expect((await used(world))?.periodStart).toBe(START);
    });

    it('of Stripe begin with the upgrade: what was used before does not count', async () => {
      const world = gatesFor({ limit: { free: 3, pro: 10 }, period: 'billing' });
      const { gate } = world.open();
      await countOf(5, async () => (await gate.take(ada)).allowed);
      world.now += DAY;
      await gate.setPlan('ada', subscribed(world.now, world.now + 30 * DAY));
      expect(await countOf(12, async () => (await gate.take(ada)).allowed)).toBe(10);
    });

    it('of the calendar begin where the time zone says', async () => {
      const world = gatesFor({ limit: { free: 1 }, period: 'month', timezone: 'Pacific/Auckland' });
      const { gate } = world.open();
      await gate.take(ada);
      expect(await used(world)).toMatchObject({
        periodStart: Date.UTC(2025, 11, 31, 11),
        resetAt: Date.UTC(2026, 0, 31, 11),
      });
      world.now = Date.UTC(2026, 0, 31, 11);
      expect((await gate.take(ada)).allowed).toBe(true);
    });

    it('never go back for a clock that is behind', async () => {
      const world = gatesFor({ limit: { free: 2 }, period: 'day' });
      const { gate } = world.open();
      await gate.take(ada);
      world.now -= DAY;
      await gate.take(ada);
      expect((await gate.take(ada)).allowed).toBe(false);
    });
  });

  describe('what is asked', () => {
    it.each([
      ['a negative cost', { cost: -1 }],
      ['half a unit', { cost: 0.5 }],
      ['no unit', { cost: 0 }],
      ['a cost that is no number', { cost: Number.NaN }],
      ['a cost without end', { cost: Number.POSITIVE_INFINITY }],
      ['a subject of 10 kB', { subject: 'x'.repeat(10_000) }],
      ['no subject', { subject: '' }],
      ['half a letter', { subject: 'a\ud800' }],
      ['an id of 10 kB', { rid: 'x'.repeat(10_000) }],
      ['a plan that is half a letter', { plan: '\ud800' }],
    ])('is refused where it cannot be counted: %s', async (_, bad) => {
      const { gate, line } = gatesFor({}).open();
      await expect(gate.take({ ...ada, ...bad })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      expect(line.requests).toBe(0);
    });

    it.each([
      'ünïcödé 用户 🦊',
      'a b',
      'a;b=c,d',
      '{"x":1}',
      "'; return 1 --",
      'a\nb\tc',
      '%s%d',
      '!x;',
      'ada:r',
      '*',
    ])('is counted for whom it names, whatever the name: %j', async (subject) => {
      const { gate } = gatesFor({ limit: { free: 2 } }).open();
      expect(await countOf(4, async () => (await gate.take({ subject, rid: undefined })).allowed)).toBe(2);
      expect((await gate.take(ada)).standings[0]?.used).toBe(1);
    });
  });
});

const pro = (version: number) => ({
  plan: 'pro',
  customer: 'cus_1',
  isPaying: true,
  periodStart: START - DAY,
  periodEnd: START + 29 * DAY,
  version,
});

/** What is counted for a subject, asked under a plan that has a limit, so that nothing remembered answers. */
async function usedBy(
  gate: {
    peek: (ask: { subject: string; plan: string }) => Promise<{ standings: ReadonlyArray<{ used: number }> }>;
  },
  subject: string,
) {
  return (await gate.peek({ subject, plan: 'free' })).standings[0]?.used;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
