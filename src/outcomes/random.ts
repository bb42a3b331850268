import { createHash } from 'node:crypto';

/** Answers with the next number of a series: at least 0, less than 1. */
export type Random = () => number;

/**
 * A series of numbers that is always the same for a seed, and unlike that of any other: the digest of the seed, stirred by sfc32.
 * Not for secrets.
 * @see https://pracrand.sourceforge.net
 */
export function createRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest();
  let [a, b, c] = [0, 4, 8].map((offset) => digest.readInt32LE(offset)) as [number, number, number];
  let counter = 1;
  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }
  // The author's advice for a seed of 96 bits; a digest is well mixed already.
  for (let round = 0; round < 12; round++) next();
  return next;
}
