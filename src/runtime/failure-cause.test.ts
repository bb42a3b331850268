import { describe, expect, it } from 'vitest';
import { causeOf } from './failure-cause.ts';

const unread = (body: string) => `Couldn't parse 'failResponse' in 'failureFunction', received: '${body}'`;

describe('why a run failed', () => {
  it.each([
    ['Resend has no such template', 'Resend has no such template'],
    [unread('fetch failed: other side closed'), 'fetch failed: other side closed'],
    [unread("<h1>504</h1>\nIt's late"), "<h1>504</h1>\nIt's late"],
    [unread(''), 'the function gave no answer'],
    [unread('{}'), 'the function gave no answer'],
    [unread('x'.repeat(9_000)), 'x'.repeat(300)],
  ])('%s', (failResponse, cause) => {
    expect(causeOf(failResponse)).toBe(cause);
  });
});
