import { describe, expect, it } from 'vitest';

import { backoffMs, type FailedAttempt, nextDelayMs } from './retry.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

const delay = (attempt: Partial<FailedAttempt>): number =>
  nextDelayMs({ retried: 0, retryDelay: undefined, headers: {}, now: NOW, ...attempt });

describe('the delay before a retry', () => {
  it('grows as documented: 12s, 2m28s, 30m8s, 6h7m6s, 24h', () => {
    const documented = [12, 148, 1808, 22_026, 86_400].map((seconds) => seconds * 1000);
    expect([1, 2, 3, 4, 5].map(backoffMs)).toEqual(documented);
    expect([0, 1].map((retried) => delay({ retried }))).toEqual(documented.slice(0, 2));
  });

  it("is the message's own expression", () => {
    const delays = [0, 1, 2].map((retried) => delay({ retried, retryDelay: 'pow(2, retried) * 500' }));
    expect(delays).toEqual([500, 1000, 2000]);
  });

  it.each([
    ['0 - 5', 0],
    ['pow(10, 12)', 86_400_000],
    ['sqrt(0 - 1)', 12_000],
  ])(
    'stays within 0 and a day, and is the backoff when the expression gives no number: %s',
    (retryDelay, expected) => {
      expect(delay({ retryDelay })).toBe(expected);
    },
  );

  it.each([
    ['retry-after', '0', 0],
    ['retry-after', '77', 77_000],
    ['retry-after', 'Sun, 01 Mar 2026 00:01:00 GMT', 60_000],
    ['retry-after', 'Sat, 28 Feb 2026 00:00:00 GMT', 0],
    ['x-ratelimit-reset', '1.5', 1500],
    ['x-ratelimit-reset-requests', '6m5s', 365_000],
    ['x-ratelimit-reset-tokens', '250ms', 250],
  ])('is what %s: %s asks for', (name, value, expected) => {
    expect(delay({ headers: { [name]: [value] }, retryDelay: '1' })).toBe(expected);
  });

  it.each(['86401', 'soon', '25h'])('is not what Retry-After: %s asks for', (value) => {
    expect(delay({ headers: { 'retry-after': [value] } })).toBe(12_000);
  });
});
