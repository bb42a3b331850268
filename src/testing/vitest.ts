import { expect } from 'vitest';
import { type ExpectedEmail, type ExpectedOutcome, skeneMatchers } from './matchers.ts';

expect.extend(skeneMatchers);

/** Matchers over a world, for `expect(world)`. */
interface WorldMatchers<TResult> {
  /** An email to this address is in the inbox. */
  toHaveEmailed(address: string, expected?: ExpectedEmail): TResult;
  /** Some run came to this outcome. */
  toHaveOutcome(outcome: string, expected?: ExpectedOutcome): Promise<void>;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest's own parameter, which has to be repeated as it is.
  interface Assertion<T = any> extends WorldMatchers<T> {}
}
