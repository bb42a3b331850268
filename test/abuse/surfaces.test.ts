import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { surfaces } from './surfaces/index.ts';

/** The same in each run of CI, so that a change is judged by what it changes; others with `ABUSE_SEED=...`, and in the long form. */
const seed = Number(process.env.ABUSE_SEED ?? 2_118_174_426);

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
