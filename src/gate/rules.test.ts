import { describe, expect, it } from 'vitest';
import type { Plan } from '../plan/index.ts';
import { createRuleBook, limitsText, rulesOf } from './rules.ts';

function planOf(
  loop: string,
  change: { endpoint?: string; limits?: Record<string, number | 'unlimited'> } = {},
): Plan {
  const { endpoint = '/api/*', limits = { free: 1 } } = change;
  const condition = { type: 'usage', limits, period: 60, timezone: 'UTC', onUnavailable: 'deny' };
  const action = { type: 'block', message: 'No more.', upgradeUrl: '/pricing' };
  const trigger = { type: 'api', endpoint, method: 'POST' };
  return { loop, entry: 'step', trigger, steps: [{ id: 'step', condition, action }] } as unknown as Plan;
}

describe('the rules in the plans', () => {
  it('are those of loops with an endpoint and a limit', () => {
    const other = { ...planOf('other'), trigger: { type: 'event', name: 'x' } } as Plan;
    expect(rulesOf([planOf('one'), other])).toMatchObject([
      { name: 'one/step', block: { message: 'No more.', upgradeUrl: '/pricing' } },
    ]);
  });

  it('are found for a request, by loop, all, and by the names of their company', () => {
    const book = createRuleBook(rulesOf([planOf('one'), planOf('two', { endpoint: '/**' })]));
    const loops = (set: { rules: ReadonlyArray<{ loop: string }> }) => set.rules.map(({ loop }) => loop);
    const both = book.forRoute({ method: 'POST', path: '/api/x' });
    expect(loops(both)).toEqual(['one', 'two']);
    expect(both.key).toBe('one/step,two/step');
    expect(loops(book.forRoute({ method: 'POST', path: '/x' }))).toEqual(['two']);
    expect(loops(book.forRoute({ method: 'GET', path: '/api/x' }))).toEqual([]);
    expect(loops(book.forLoop('one'))).toEqual(['one']);
    expect(loops(book.forLoop(undefined))).toEqual(['one', 'two']);
    expect(loops(book.named('two/step'))).toEqual(['two']);
  });

  it('are found for a path that nobody has remembered any more', () => {
    const book = createRuleBook(rulesOf([planOf('one')]));
    for (let number = 0; number < 2_500; number += 1)
      expect(book.forRoute({ method: 'POST', path: `/api/${number}` }).rules).toHaveLength(1);
  });
});

describe('the limits of a rule', () => {
  it.each([
    [{ free: 100, paid: 'unlimited' }, ',free=100,paid=-1,*=-1'],
    [{ free: 1, pro: 'unlimited', team: 50 }, ',free=1,pro=-1,team=50,*=50'],
    [{ free: 3 }, ',free=3'],
    [{ free: 0, 'büro & co': 5 }, ',free=0,b%C3%BCro%20%26%20co=5,*=5'],
  ] as const)(
    'of %j are %s: a plan without a name gets what is paid for, or the least of it',
    (limits, text) => {
      const [rule] = rulesOf([planOf('loop', { limits })]);
      expect(rule && limitsText(rule)).toBe(text);
    },
  );
});
