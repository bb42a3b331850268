import { describe, expect, it } from 'vitest';
import { drawBeta } from './beta.ts';
import { createRandom } from './random.ts';

/** The greatest distance between the distribution of draws and the true one. */
function distance(draws: readonly number[], distribution: (x: number) => number): number {
  const sorted = [...draws].sort((left, right) => left - right);
  return Math.max(
    ...sorted.map(
      (x, index) => Math.abs(distribution(x) - (index + 0.5) / sorted.length) + 0.5 / sorted.length,
    ),
  );
}

/** The distribution of beta(a, b) for whole a and b: that of the a-th smallest of a + b - 1 even draws. */
function betaDistribution(a: number, b: number): (x: number) => number {
  const n = a + b - 1;
  return (x) => {
    let term = (1 - x) ** n;
    let below = term;
    for (let k = 1; k < a; k++) {
      term *= ((n - k + 1) / k) * (x / (1 - x));
      below += term;
    }
    return 1 - below;
  };
}

const DRAWS = 20_000;
/** What the distance of as many true draws stays under in all but one of a thousand series (Kolmogorov). */
const BOUND = 1.95 / Math.sqrt(DRAWS);

describe('drawBeta', () => {
  it.each([
    [1, 1],
    [1, 30],
    [3, 2],
    [12, 140],
    [200, 100],
  ])('draws from beta(%i, %i)', (a, b) => {
    const random = createRandom(`${a} ${b}`);
    const draws = Array.from({ length: DRAWS }, () => drawBeta(a, b, random));
    expect(distance(draws, betaDistribution(a, b))).toBeLessThan(BOUND);
    // The same draws are far from a distribution that is a little different.
    expect(distance(draws, betaDistribution(a + 1, b))).toBeGreaterThan(BOUND);
  });
});

describe('createRandom', () => {
  it('is the same for a seed, and another for another', () => {
    const series = (seed: string) => Array.from({ length: 5 }, createRandom(seed));
    expect(series('ada')).toEqual(series('ada'));
    expect(series('ada')).not.toEqual(series('eve'));
  });

  it('spreads evenly, from one seed and over many', () => {
    const random = createRandom('one');
    const even = (x: number) => x;
    expect(distance(Array.from({ length: DRAWS }, random), even)).toBeLessThan(BOUND);
    const firsts = Array.from({ length: DRAWS }, (_, seed) => createRandom(`user ${seed}`)());
    expect(distance(firsts, even)).toBeLessThan(BOUND);
  });
});
