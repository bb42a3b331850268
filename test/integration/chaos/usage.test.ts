import { describe, expect, it } from 'vitest';
import type { Call } from '../../chaos/app.ts';
import { accountsOf, gateViolations, type UsageBooks, usageViolations } from '../../chaos/usage.ts';

/** A call of the open gate by ada, to process 1, in a storm: let through with Redis. */
const callOf = (change: Partial<Call> = {}): Call => ({
  gate: 'open',
  subject: 'ada',
  status: 200,
  isUsed: true,
  isDegraded: false,
  isAnswered: true,
  isFair: false,
  process: 1,
  ...change,
});
const accountOf = (calls: Call[], killed: number[] = []) => {
  const all = accountsOf({ calls, killed: new Set(killed) });
  return all.filter(({ gate }) => gate === 'open');
};
const times = (count: number, change: Partial<Call> = {}): Call[] =>
  Array.from({ length: count }, () => callOf(change));

const booksOf = (used: number | undefined, more: Partial<UsageBooks> = {}): UsageBooks => ({
  rows: used === undefined ? [] : [{ subject: 'ada', feature: 'open/step-1', used }],
  late: [],
  left: [],
  ...more,
});
const driftOf = (behind: 'table' | 'redis'): UsageBooks['late'][number] => ({
  subject: 'ada',
  feature: 'open/step-1',
  behind,
  redis: { used: 2, periodStart: 0 },
  table: undefined,
  entry: { subject: 'ada', feature: 'open/step-1', periodStart: 0, periodEnd: 1, used: 2, version: 2 },
});

describe('a gate in the fault suite', () => {
  it('may be one unit over its limit for each process that let somebody through alone, and no more', () => {
    const alone = (process: number) => callOf({ isDegraded: true, process });
    for (const [calls, isOver] of [
      [times(5), false],
      [times(6), true],
      [[...times(5), alone(1), alone(2)], false],
      [[...times(5), alone(1), alone(1)], true],
      [[...times(5), callOf({ isAnswered: false })], true],
    ] as const)
      expect(gateViolations(accountOf([...calls])).length > 0).toBe(isOver);
  });

  it('that is strict lets nobody through alone', () => {
    const calls = [callOf({ gate: 'strict', isDegraded: true })];
    expect(gateViolations(accountsOf({ calls, killed: new Set() }))).toMatchObject([
      { invariant: 'the gate is never over its limit', about: ['app strict ada'] },
    ]);
  });
});

describe('the usage table in the fault suite', () => {
  const failed = callOf({ isUsed: false, status: 500 });
  const refused = callOf({ isUsed: false, status: 402 });

  it('has to say what was let through: not less, and nothing that failed or was refused', () => {
    const account = accountOf([...times(2), failed, refused]);
    const isWrong = (books: UsageBooks) => usageViolations(account, books).length > 0;
    expect([1, 2, 3, undefined].map((used) => isWrong(booksOf(used)))).toEqual([true, false, true, true]);
    expect(isWrong(booksOf(2, { rows: [...booksOf(1).rows, ...booksOf(1).rows] }))).toBe(true);
  });

  it('may or may not count what a process that was killed knew alone', () => {
    const unanswered = callOf({ isUsed: false, isAnswered: false, status: 0 });
    const account = accountOf([callOf(), callOf({ isDegraded: true }), failed, refused, unanswered], [1]);
    expect(account).toMatchObject([{ sure: 1, unsure: 3 }]);
    const isWrong = (used: number) => usageViolations(account, booksOf(used)).length > 0;
    expect([0, 1, 4, 5].map(isWrong)).toEqual([true, false, false, true]);
  });

  it('may be late only where a process was killed in a storm, and never once it is reconciled', () => {
    const late = { late: [driftOf('table')] };
    const wrongs = (calls: Call[], killed: number[], books: Partial<UsageBooks>) =>
      usageViolations(accountOf(calls, killed), booksOf(2, books)).length;
    expect(wrongs(times(2), [1], late)).toBe(0);
    expect(wrongs(times(2), [], late)).toBe(1);
    expect(wrongs(times(2, { isFair: true }), [1], late)).toBe(1);
    expect(wrongs(times(2), [1], { late: [driftOf('redis')] })).toBe(1);
    expect(wrongs(times(2), [1], { left: [driftOf('table')] })).toBe(1);
  });
});
