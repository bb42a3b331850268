import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['30s', 30],
    ['5m', 300],
    ['2h', 7200],
    ['7d', 604_800],
    ['1w', 604_800],
    ['1d12h', 129_600],
    ['PT5M', 300],
    ['P7D', 604_800],
    ['P1W', 604_800],
    ['P1DT12H30M5S', 131_405],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    '0s',
    'PT0S',
    'P',
    'PT',
    'P1DT',
    '5',
    '5 m',
    '5 mins',
    '1.5h',
    '-5m',
    '5M',
    'P1M',
    'P1Y',
    'pt5m',
    '5m ',
    `${'9'.repeat(400)}s`,
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [59, '59s'],
    [300, '5m'],
    [129_600, '1d12h'],
    [604_800, '7d'],
  ])('writes %i seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
