import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  isSkeneError,
  messageOf,
  ProviderError,
  problemOf,
  problemResponse,
  RequestError,
  retryOf,
} from './index.ts';

describe('retryOf', () => {
  it('gives up on what the author has to mend, and tries again what may pass', () => {
    expect(retryOf(new ConfigError('VARIABLE_MISSING', 'x'))).toEqual({ retry: 'never' });
    expect(retryOf(new ProviderError('PROVIDER_REJECTED', 'x'))).toEqual({ retry: 'never' });
    expect(retryOf(new ProviderError('PROVIDER_UNAVAILABLE', 'x'))).toEqual({ retry: 'backoff' });
    expect(retryOf(new ProviderError('RATE_LIMITED', 'x', { retryAfterSeconds: 7 }))).toEqual({
      retry: 'after',
      seconds: 7,
    });
    expect(retryOf(new TypeError('x'))).toEqual({ retry: 'backoff' });
  });
});

describe('isSkeneError', () => {
  it('knows an error of another copy of the package by its brand', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('skene.error')]: true, code: 'NOT_FOUND' });
    expect(isSkeneError(foreign, 'NOT_FOUND')).toBe(true);
    expect(isSkeneError(foreign, 'INTERNAL')).toBe(false);
    expect(isSkeneError(new Error('x'))).toBe(false);
    expect(isSkeneError(null)).toBe(false);
  });
});

describe('problemOf', () => {
  it('tells the sender what to mend and where', async () => {
    const error = new RequestError('REQUEST_INVALID', 'No type.', {
      hint: 'Add one.',
      where: { path: '[1].type' },
    });
    const response = problemResponse(error);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'REQUEST_INVALID',
      detail: 'No type. Add one.',
      field: '[1].type',
    });
  });

  it('never shows what an unforeseen error says', () => {
    const problem = problemOf(new Error('password=hunter2'));
    expect(problem.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});

describe('messageOf', () => {
  it('finds words for whatever was thrown', () => {
    expect([new Error('a'), new RangeError(''), 'b', { c: 1 }].map(messageOf)).toEqual([
      'a',
      'RangeError',
      'b',
      '{"c":1}',
    ]);
  });
});
