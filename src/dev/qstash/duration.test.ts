import { describe, expect, it } from 'vitest';

import { parseDuration, parseGoDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['10s', 10_000],
    ['1d10h30m', 124_200_000],
    ['1.5h', 5_400_000],
    ['90', 90_000],
    [' 1m ', 60_000],
    ['', undefined],
    ['1w', undefined],
    ['10ms', undefined],
    ['-1s', undefined],
    ['1s ago', undefined],
  ])('of a header: "%s"', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ['6m5s', 365_000],
    ['250ms', 250],
    ['1us', 0.001],
    ['1d', undefined],
    ['5', undefined],
    ['', undefined],
  ])('as Go prints it: "%s"', (text, expected) => {
    expect(parseGoDuration(text)).toBe(expected);
  });
});
