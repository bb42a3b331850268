import type { Random } from './random.ts';

/**
 * Draws from the beta distribution: what is believed of a share after `successes + 1` and `failures + 1`.
 * @param alpha,beta at least 1, as they are where nothing is known beforehand.
 */
export function drawBeta(alpha: number, beta: number, random: Random): number {
  const one = drawGamma(alpha, random);
  return one / (one + drawGamma(beta, random));
}

/** @see Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, ACM TOMS 26(3), 2000; for a shape of at least 1. */
function drawGamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box and Muller's method. */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
