import { describe, expect, it } from 'vitest';
import { checkAsk } from './ask.ts';

const ask = { subject: 'ada', cost: 1, rid: 'call' };

describe('checkAsk', () => {
  it.each([
    ['a negative cost', { cost: -1 }, 'cost is -1'],
    ['a fraction', { cost: 1.5 }, 'cost is 1.5'],
    ['nothing', { cost: 0 }, 'cost is 0'],
    ['more than can be counted', { cost: 1e9 + 1 }, 'cost is'],
    ['no subject', { subject: '' }, 'subject is missing'],
    ['a subject of 10 kB', { subject: 'x'.repeat(10_240) }, 'subject has 10240 characters, more than 512'],
    ['half a letter', { subject: 'a\udc00' }, 'subject is not well-formed'],
    ['a NUL character', { subject: 'a\0' }, 'subject has a NUL character'],
    ['a long id', { rid: 'x'.repeat(257) }, 'rid has 257'],
    ['an empty id', { rid: '' }, 'rid is missing'],
    ['a plan that is no text', { plan: '\ud83d' }, 'plan is not well-formed'],
  ])('refuses %s, and says what is wrong', (_, bad, message) => {
    expect(() => checkAsk({ ...ask, ...bad })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it.each(['ada', 'ünïcödé 🦊', 'a'.repeat(512), 'a b;c=d\n'])('takes the subject %j', (subject) => {
    expect(() => checkAsk({ ...ask, subject })).not.toThrow();
  });
});
