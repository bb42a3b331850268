import { describe, expect, it } from 'vitest';
import type { Decision, Standing } from './decision.ts';
import { createMemory } from './memory.ts';

const standing = { used: 5, limit: 5, periodStart: 0, resetAt: 1_000, sequence: 1 } as Standing;
const refused: Decision = {
  allowed: false,
  verdict: 'limit',
  refusedBy: standing,
  plan: 'free',
  standings: [standing],
  replayed: false,
  degraded: false,
  headers: {},
};
const passed: Decision = { ...refused, allowed: true, verdict: 'pass', refusedBy: undefined };
const unlimited: Decision = { ...passed, standings: [{ ...standing, limit: 'unlimited' }] };
const at = { cost: 2, revision: 7, holdsUntil: Number.POSITIVE_INFINITY };

describe('what the gate remembers', () => {
  it('is a refusal, for what costs as much, until the reset and while nothing has changed', () => {
    const memory = createMemory();
    memory.note('ada', refused, at);
    const find = (ask: object) => memory.find('ada', { cost: 2, now: 999, revision: 7, ...ask });
    expect(find({})).toBe(refused);
    expect(find({ cost: 9 })).toBe(refused);
    for (const ask of [{ cost: 1 }, { now: 1_000 }, { revision: 8 }, { revision: undefined }])
      expect(find(ask)).toBeUndefined();
    expect(memory.find('bob', { cost: 2, now: 0, revision: 7 })).toBeUndefined();
  });

  it('is a refusal no longer than what was given beside the plan lasts', () => {
    const memory = createMemory();
    memory.note('ada', refused, { ...at, holdsUntil: 500 });
    expect(memory.find('ada', { cost: 2, now: 499, revision: 7 })).toBe(refused);
    expect(memory.find('ada', { cost: 2, now: 500, revision: 7 })).toBeUndefined();
  });

  it('is that somebody has no limit, until a change is heard of', () => {
    const memory = createMemory();
    memory.note('ada', unlimited, at);
    expect(memory.find('ada', { cost: 9, now: 0, revision: 7 })).toBe(unlimited);
    expect(memory.find('ada', { cost: 9, now: 0, revision: undefined })).toBe(unlimited);
    expect(memory.find('ada', { cost: 9, now: 0, revision: 8 })).toBeUndefined();
  });

  it('is no pass within a limit, which ends what was known before', () => {
    const memory = createMemory();
    memory.note('ada', refused, at);
    memory.note('ada', passed, at);
    expect(memory.find('ada', { cost: 2, now: 0, revision: 7 })).toBeUndefined();
    expect(memory.last('ada')).toMatchObject({ plan: 'free', refusedBy: undefined });
  });

  it('is of 10,000 subjects at the most', () => {
    const memory = createMemory();
    for (let number = 0; number <= 10_000; number += 1) memory.note(`user-${number}`, refused, at);
    expect(memory.find('user-0', { cost: 2, now: 0, revision: 7 })).toBeUndefined();
    expect(memory.find('user-1', { cost: 2, now: 0, revision: 7 })).toBe(refused);
  });
});
