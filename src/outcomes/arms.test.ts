import { describe, expect, it } from 'vitest';
import { type ArmCount, WINDOW_PARTS } from '../state/index.ts';
import { chooseArm, evidenceOf } from './arms.ts';
import { createRandom } from './random.ts';

const WITHIN = 16 * 86_400;
/** The end of the hundredth part of time, so that a part is a day. */
const now = 100 * 86_400_000;
const view = { now, within: WITHIN };
const counted = (arm: string, more: Partial<ArmCount>): ArmCount => ({
  arm,
  mailed: 0,
  closed: 0,
  open: [],
  opened: 0,
  clicked: 0,
  converted: 0,
  ...more,
});
/** Half of those who get there do so within a day, the others in the second and third. */
const delays = [50, 25, 25];

describe('evidenceOf', () => {
  it('takes an email whose window is over for a whole trial, a fresh one for hardly any', () => {
    const arms = [
      counted('old', { closed: 1_000, converted: 100 }),
      counted('new', { open: [{ part: 99, mails: 1_000 }], converted: 20 }),
    ];
    const [old, fresh] = evidenceOf({ arms, delays }, view);
    expect(old).toEqual({ arm: 'old', successes: 100, trials: 1_000 });
    // Half a day old on average: few of those who will get there have.
    expect(fresh?.trials).toBeGreaterThan(100);
    expect(fresh?.trials).toBeLessThan(300);
  });

  it('judges two equal arms alike, whenever each was mailed', () => {
    const early = counted('early', { closed: 400, converted: 40 });
    const late = counted('late', { open: [{ part: 98, mails: 400 }], converted: 24 });
    const [one, other] = evidenceOf({ arms: [early, late], delays }, view).map(
      ({ successes, trials }) => successes / trials,
    );
    expect(one).toBeCloseTo(0.1, 5);
    expect(other).toBeCloseTo(0.1, 1);
  });

  it('learns nothing from open windows while nobody has got there, and never has more successes than trials', () => {
    const arms = [counted('a', { open: [{ part: 99, mails: 500 }] }), counted('b', { closed: 10 })];
    expect(evidenceOf({ arms, delays: [] }, view)).toEqual([
      { arm: 'a', successes: 0, trials: 0 },
      { arm: 'b', successes: 0, trials: 10 },
    ]);
    const quick = [counted('a', { open: [{ part: 99, mails: 3 }], converted: 3 })];
    expect(evidenceOf({ arms: quick, delays: [3] }, view)).toEqual([{ arm: 'a', successes: 3, trials: 3 }]);
  });

  it('counts an email as a whole once nobody gets there later', () => {
    const arms = [counted('a', { open: [{ part: 99 - 5, mails: 100 }], closed: 1_000, converted: 110 })];
    expect(evidenceOf({ arms, delays }, view)[0]?.trials).toBeCloseTo(1_100, 5);
    expect(WINDOW_PARTS).toBeGreaterThan(5);
  });
});

describe('chooseArm', () => {
  const evidence = [
    { arm: 'a', successes: 20, trials: 400 },
    { arm: 'b', successes: 60, trials: 400 },
  ];

  it('is the same for a seed', () => {
    const choices = [1, 2].map(() => chooseArm(evidence, createRandom('ada')));
    expect(choices[0]).toBe(choices[1]);
  });

  it('takes the arm that is better for certain, and each of two about which nothing is known as often', () => {
    const share = (among: typeof evidence) => {
      const chosen = Array.from({ length: 2_000 }, (_, index) => chooseArm(among, createRandom(`${index}`)));
      return chosen.filter((arm) => arm === 'b').length / chosen.length;
    };
    expect(share(evidence)).toBeGreaterThan(0.99);
    const unknown = evidence.map(({ arm }) => ({ arm, successes: 0, trials: 0 }));
    expect(share(unknown)).toBeGreaterThan(0.46);
    expect(share(unknown)).toBeLessThan(0.54);
  });

  it('has nothing to choose from nothing', () => {
    expect(chooseArm([], createRandom(''))).toBeUndefined();
  });
});
