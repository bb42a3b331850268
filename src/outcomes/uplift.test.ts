import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareInterval, upliftOf } from './uplift.ts';

const of = (successes: number, trials: number) => ({ successes, trials });

describe('upliftOf', () => {
  // Table II of Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
  it.each([
    [of(56, 70), of(48, 80), 0.0524, 0.3339],
    [of(9, 10), of(3, 10), 0.1705, 0.809],
    [of(6, 7), of(2, 7), 0.0582, 0.8062],
    [of(5, 56), of(0, 29), -0.0381, 0.1926],
    [of(0, 10), of(0, 20), -0.1611, 0.2775],
    [of(0, 10), of(0, 10), -0.2775, 0.2775],
    [of(10, 10), of(0, 20), 0.6791, 1],
    [of(10, 10), of(0, 10), 0.6075, 1],
  ])('gives the published interval for %o against %o', (...row) => {
    const [treated, control, low, high] = row;
    const uplift = upliftOf(treated, control);
    expect(uplift?.low).toBeCloseTo(low, 4);
    expect(uplift?.high).toBeCloseTo(high, 4);
  });

  it('says nothing where a group is empty', () => {
    expect(upliftOf(of(0, 0), of(3, 10))).toBeUndefined();
    expect(upliftOf(of(3, 10), of(0, 0))).toBeUndefined();
  });

  const proportion = fc
    .integer({ min: 1, max: 5_000 })
    .chain((trials) => fc.integer({ min: 0, max: trials }).map((successes) => of(successes, trials)));

  it('stays within what a difference of shares can be, holds the difference, and turns its sign with its groups', () => {
    fc.assert(
      fc.property(proportion, proportion, (one, other) => {
        const uplift = upliftOf(one, other);
        const turned = upliftOf(other, one);
        if (uplift === undefined || turned === undefined) return false;
        const { difference, low, high } = uplift;
        return (
          -1 <= low &&
          low <= difference &&
          difference <= high &&
          high <= 1 + 1e-12 &&
          Math.abs(turned.low + high) < 1e-9
        );
      }),
    );
  });
});

describe('shareInterval', () => {
  it('gives the published interval', () => {
    // Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3.
    const { low, high } = shareInterval(of(15, 148));
    expect(low).toBeCloseTo(0.0624, 4);
    expect(high).toBeCloseTo(0.1605, 4);
    expect(shareInterval(of(0, 20)).low).toBe(0);
    expect(shareInterval(of(0, 20)).high).toBeCloseTo(0.1611, 4);
    expect(shareInterval(of(29, 29)).low).toBeCloseTo(0.883, 4);
  });
});
