import { describe, expect, it } from 'vitest';
import type { Standing } from './decision.ts';
import type { Known } from './memory.ts';
import { createOutage, type DecideBySql } from './outage.ts';
import type { GateRule } from './rules.ts';

const ruleOf = (change: Partial<GateRule> = {}): GateRule => ({
  name: 'loop/step',
  loop: 'loop',
  step: 'step',
  endpoint: '/',
  method: '*',
  limits: { free: 100, pro: 1_000, paid: 'unlimited' },
  period: 60,
  timezone: 'UTC',
  onUnavailable: 'allow-bounded',
  block: { message: 'No more.' },
  ...change,
});

function decideWith(rule: GateRule, bySql?: DecideBySql, others: GateRule[] = []) {
  const outage = createOutage({ now: () => 500, bySql, timeoutMs: 20 });
  const set = { key: rule.name, rules: [rule, ...others] };
  const provisionally = (
    change: {
      plan?: string;
      cost?: number;
      last?: Known;
      isPeek?: boolean;
      subject?: string;
      mayOwe?: boolean;
    } = {},
  ) => {
    const { plan, cost = 1, last, isPeek, subject = 'ada', mayOwe = true } = change;
    return outage.decide({ ask: { subject, plan }, set, cost, last, isPeek, mayOwe });
  };
  const decide = async (...args: Parameters<typeof provisionally>) => (await provisionally(...args)).decision;
  return { outage, decide, provisionally };
}

const knownOf = (rule: GateRule, standing: Partial<Standing>, isRefused = false): Known => {
  const full = { rule, used: 5, limit: 5, periodStart: 0, resetAt: 90_000_000, sequence: 1, ...standing };
  return { plan: 'pro', standings: [full], refusedBy: isRefused ? full : undefined };
};

describe('allow-bounded', () => {
  it('lets 5 % of the limit through, by the plan as far as it is known', async () => {
    const rule = ruleOf();
    const { decide } = decideWith(rule);
    const passes = async (ask: Parameters<typeof decide>[0]) => {
      let count = 0;
      while ((await decide(ask)).allowed) count += 1;
      return count;
    };
    expect(await passes({})).toBe(5);
    expect(await passes({ subject: 'bob', plan: 'pro' })).toBe(50);
    expect(await passes({ subject: 'eve', last: knownOf(rule, { limit: 40 }) })).toBe(2);
    expect(await passes({ subject: 'zoe', cost: 6 })).toBe(0);
    expect(await passes({ subject: 'max', mayOwe: false })).toBe(0);
  });

  it('lets as many units through again as Redis was told of, and each once', async () => {
    const { decide, provisionally } = decideWith(ruleOf());
    const { release } = await provisionally({ cost: 3 });
    expect((await decide({ cost: 3 })).allowed).toBe(false);
    release();
    release();
    expect((await decide({ cost: 3 })).allowed).toBe(true);
    expect((await decide({ cost: 3 })).allowed).toBe(false);
  });

  it('takes nothing of the allowance where another rule refuses', async () => {
    const strict = ruleOf({ name: 'strict/step', onUnavailable: 'deny' });
    const rule = ruleOf({ limits: { free: 5, pro: 5 } });
    const { decide } = decideWith(rule, undefined, [strict]);
    const unlimited = { plan: 'pro', standings: [], refusedBy: undefined };
    for (let count = 0; count < 3; count += 1)
      expect((await decide({ last: unlimited })).verdict).toBe('unavailable');
    strict.onUnavailable = 'allow-bounded';
    expect([(await decide()).allowed, (await decide()).allowed]).toEqual([true, false]);
  });

  it('lets nobody through who had used everything up when Redis last said so, until the reset', async () => {
    const rule = ruleOf();
    const { outage, decide } = decideWith(rule);
    const standing = (used: number, sequence: number, resetAt = 600) =>
      outage.note('ada', [{ rule, used, limit: 100, periodStart: 0, resetAt, sequence }]);
    standing(103, 9);
    expect(await decide()).toMatchObject({ allowed: false, refusedBy: { used: 103 } });
    expect((await decide({ subject: 'bob' })).allowed).toBe(true);
    // With a plan that has more, nothing is known of.
    expect((await decide({ plan: 'pro' })).allowed).toBe(true);
    standing(99, 8);
    expect((await decide()).allowed).toBe(false);
    standing(99, 10);
    expect((await decide()).allowed).toBe(true);
    standing(100, 11);
    // What was refused in another period says nothing of this one.
    const longAgo = knownOf(rule, { limit: 100, resetAt: 400 }, true);
    expect(await decide({ last: longAgo })).toMatchObject({ allowed: false, refusedBy: { used: 100 } });
    standing(100, 12, 500);
    expect((await decide()).allowed).toBe(true);
  });

  it('counts nothing for who only looks', async () => {
    const { decide } = decideWith(ruleOf({ limits: { free: 1 } }));
    for (let count = 0; count < 3; count += 1) expect((await decide({ isPeek: true })).allowed).toBe(true);
    expect([(await decide()).allowed, (await decide()).allowed]).toEqual([true, false]);
  });
});

describe('whatever the policy', () => {
  it('who has no limit passes, and who was refused stays so', async () => {
    const rule = ruleOf({ onUnavailable: 'deny' });
    const { decide } = decideWith(rule);
    expect((await decide({ plan: 'paid' })).allowed).toBe(true);
    expect((await decide()).verdict).toBe('unavailable');
    expect((await decide({ last: knownOf(rule, {}, true) })).verdict).toBe('limit');
    expect((await decide({ last: knownOf(rule, { resetAt: 400 }, true) })).verdict).toBe('unavailable');
  });

  it('nobody whose plan is unknown is told that it lacks the feature', async () => {
    const { decide } = decideWith(ruleOf({ limits: { pro: 5 } }));
    expect((await decide()).verdict).toBe('unavailable');
    expect((await decide({ plan: 'free' })).verdict).toBe('plan');
  });

  it('a loop that does not block lets all through', async () => {
    const { decide } = decideWith(ruleOf({ block: undefined, onUnavailable: 'deny' }));
    expect(await decide()).toMatchObject({ allowed: true, degraded: true, headers: {}, standings: [] });
  });
});

describe('sql', () => {
  const rule = ruleOf({ onUnavailable: 'sql' });
  it.each<[string, DecideBySql | undefined, boolean]>([
    ['room', async () => true, true],
    ['no room', async () => false, false],
    ['an error', async () => Promise.reject(new Error('down')), false],
    ['nothing in time', () => new Promise(() => {}), false],
    ['no database', undefined, false],
  ])('lets through who has room there: %s', async (_, bySql, allowed) => {
    expect((await decideWith(rule, bySql).decide()).allowed).toBe(allowed);
  });
});
