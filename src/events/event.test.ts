import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSkeneError } from '../errors/index.ts';
import { parseEvent } from './event.ts';
import { stableHash } from './ids.ts';
import { rowEvent } from './row-event.ts';

const valid = { id: '1', source: '/app', type: 'project.created', subject: 'ada' };

describe('parseEvent', () => {
  it('keeps members it does not know: they are CloudEvents extensions', () => {
    expect(parseEvent({ ...valid, traceparent: '00-abc', data: { deep: [1] } })).toEqual({
      ...valid,
      specversion: '1.0',
      traceparent: '00-abc',
      data: { deep: [1] },
    });
  });

  it.each([
    ['id', { ...valid, id: '' }],
    ['id', { ...valid, id: 7 }],
    ['type', { ...valid, type: undefined }],
    ['source', { ...valid, source: null }],
    ['time', { ...valid, time: 'yesterday' }],
    ['data', { ...valid, data: 'text' }],
    ['specversion', { ...valid, specversion: '0.3' }],
    ['subject', { ...valid, subject: 'x'.repeat(513) }],
    ['subject', { ...valid, subject: 'ada\0' }],
    ['id', { ...valid, id: '\0' }],
    ['type', { ...valid, type: 'a\0b' }],
    ['source', { ...valid, source: '/\ud83d' }],
  ])('names the member %s when it is wrong', (member, input) => {
    expect(() => parseEvent(input, '[2]')).toThrow(`"[2].${member}"`);
  });

  it('answers anything at all with an event or an error that says so', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        try {
          return parseEvent(input).id.length > 0;
        } catch (error) {
          return isSkeneError(error, 'REQUEST_INVALID');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('rowEvent', () => {
  const change = {
    table: 'users',
    operation: 'insert' as const,
    row: { id: 1 },
    identity: [1, '2026-01-01'],
    at: 0,
  };

  it('has the same id whenever the same change is seen', () => {
    expect(rowEvent({ ...change, at: 99, row: { id: 1, name: 'later' } }).id).toBe(rowEvent(change).id);
  });

  it('has another id for another change', () => {
    const others = [
      { ...change, table: 'accounts' },
      { ...change, operation: 'update' as const },
      { ...change, identity: [1, '2026-01-02'] },
    ];
    expect(new Set([change, ...others].map((other) => rowEvent(other).id)).size).toBe(4);
  });
});

describe('stableHash', () => {
  it('tells values apart that look alike when joined, and takes bigints', () => {
    expect(stableHash(['a', 'bc'])).not.toBe(stableHash(['ab', 'c']));
    expect(stableHash([1])).not.toBe(stableHash(['1']));
    expect(stableHash([2n ** 70n])).toMatch(/^[\w-]{22}$/);
  });
});
