import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { surfaces } from './surfaces/index.ts';

/** Another in each run of CI; the same again with `ABUSE_SEED=...`. */
const seed = Number(process.env.ABUSE_SEED ?? Date.now() % 2 ** 31);

describe(`what strangers and their data can reach (ABUSE_SEED=${seed})`, () => {
  // What the attacked log is told by `npm run abuse`.
  beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it.each(surfaces)('withstands what is thrown at it: $name', async ({ attack, cases }) => {
    const outcome = await attack({ cases: cases.short, seed });
    expect(outcome.findings).toEqual([]);
    if (outcome.skipped === undefined) expect(outcome.cases).toBeGreaterThan(0);
  });
});
