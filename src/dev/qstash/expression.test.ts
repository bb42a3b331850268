import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRetryDelay } from './expression.ts';

describe('retry-delay expressions', () => {
  it.each([
    ['1000', 1000],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['8 / 2 / 2', 2],
    ['5 - 2 - 1', 2],
    ['--3', 3],
    ['2 * -retried', -4],
    ['1000 * (1 + retried)', 3000],
    ['pow(2, retried)', 4],
    ['max(1, min(retried, 1.5))', 1.5],
    ['floor(1.7) + ceil(1.2) + round(1.5) + abs(0-1) + sqrt(9) + exp(0)', 10],
  ])('%s after two retries is %d', (text, expected) => {
    expect(parseRetryDelay(text)(2)).toBe(expected);
  });

  it.each([
    '',
    '1 +',
    '(1',
    '1 2',
    'tries',
    'pow(1)',
    'pow(1, 2, 3)',
    'process.exit(1)',
    'toString()',
    '1;2',
  ])('"%s" does not parse', (text) => {
    expect(() => parseRetryDelay(text)).toThrow(SyntaxError);
  });

  it.each(['('.repeat(999), '-'.repeat(999), '1+'.repeat(501)])('nothing deep or long is taken', (text) => {
    expect(() => parseRetryDelay(text)).toThrow(SyntaxError);
  });

  it('any text gives a function or a SyntaxError', () => {
    const piece = fc.constantFrom(
      'retried',
      'pow',
      'min',
      '(',
      ')',
      ',',
      '+',
      '-',
      '*',
      '/',
      '1',
      '2.5',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          expect(typeof parseRetryDelay(pieces.join(''))(1)).toBe('number');
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});
