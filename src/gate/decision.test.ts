import { describe, expect, it } from 'vitest';
import { readReply } from './decision.ts';
import type { GateRule } from './rules.ts';

const ruleOf = (name: string): GateRule => ({
  name,
  loop: name,
  step: 'step',
  endpoint: '/',
  method: '*',
  limits: {},
  period: 60,
  timezone: 'UTC',
  onUnavailable: 'deny',
  block: { message: 'No more.' },
});
const [one, two] = [ruleOf('one'), ruleOf('two')];
const read = (text: string, rules = [one]) => readReply(text.split(' '), { rules, now: 30_000 });

describe('a reply of the script', () => {
  it('that admits says where the subject stands, in headers too', () => {
    expect(read('1 pro 0 80 7 100 0 2592000000 1')).toMatchObject({
      decision: {
        allowed: true,
        verdict: 'pass',
        plan: 'pro',
        replayed: false,
        standings: [{ used: 80, limit: 100, sequence: 7, periodStart: 0, resetAt: 2_592_000_000 }],
        headers: { 'RateLimit-Policy': '"one";q=100;w=2592000', RateLimit: '"one";r=20;t=2591970' },
      },
      signals: [{ kind: 'warned' }],
      isCharged: true,
    });
  });

  it.each([
    ['0 free 0 100 9 100 0 2592000000 6', 'limit'],
    ['0 free 0 100 9 100 0 60000 4', 'burst'],
    ['0 free 0 0 0 -2 0 2592000000 4', 'plan'],
    ['0 free 0 0 0 0 0 2592000000 4', 'plan'],
  ])('that refuses says why: %s is %s', (text, verdict) => {
    expect(read(text)).toMatchObject({ decision: { allowed: false, verdict }, isCharged: false });
  });

  it('that refuses names the rule without room', () => {
    const { decision, signals } = read('0 free 0 1 1 5 0 60000 0 5 2 5 0 90000000 6', [one, two]);
    expect(decision.refusedBy?.rule).toBe(two);
    expect(signals).toMatchObject([{ kind: 'blocked', standing: { rule: two } }]);
    expect(decision.headers.RateLimit).toBe('"one";r=4;t=30, "two";r=0;t=89970');
  });

  it.each([
    ['2', { replayed: false }, true],
    ['3', { replayed: true }, false],
  ])('with code %s is that of an earlier attempt, or of another call', (code, decision, isCharged) => {
    expect(read(`${code} free 0 1 1 5 0 60000 0`)).toMatchObject({
      decision: { allowed: true, ...decision },
      isCharged,
    });
  });

  it('to a call that was given back before it came is no leave to do it', () => {
    expect(read('4 free 0 1 1 5 0 60000 0')).toMatchObject({
      decision: { allowed: false },
      isCharged: false,
    });
  });

  it('without a limit has no headers', () => {
    expect(read('1 paid 0 1 1 -1 0 60000 0').decision).toMatchObject({
      standings: [{ limit: 'unlimited' }],
      headers: {},
    });
  });

  it('says until when it holds, where something given ends', () => {
    expect(read('1 free 5000 1 1 5 0 60000 0').holdsUntil).toBe(5_000);
    expect(read('1 free 0 1 1 5 0 60000 0').holdsUntil).toBe(Number.POSITIVE_INFINITY);
  });

  it('that is none of these is an error, and never a leave', () => {
    for (const text of ['', 'OK', 'MSBmcmVl', '5 free']) expect(() => read(text)).toThrow('Redis answered');
  });
});
