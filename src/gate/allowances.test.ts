import { describe, expect, it } from 'vitest';
import { createAllowances } from './allowances.ts';
import { createRuleBook, type GateRule } from './rules.ts';
import type { Store } from './store.ts';

function openAllowances() {
  const changes: unknown[][] = [];
  const store = { change: async (key: string, args: readonly string[]) => void changes.push([key, ...args]) };
  const rule = { name: 'loop/step', loop: 'loop', endpoint: '/', method: '*' } as GateRule;
  const book = createRuleBook([rule]);
  const allowances = createAllowances({
    store: store as unknown as Store,
    book,
    now: () => 5,
    hashOf: (id) => id,
  });
  return { allowances, changes };
}

const plan = {
  plan: 'büro & co',
  periodStart: 1.5,
  periodEnd: 9,
  isPaying: true,
  customer: 'cus 1',
  version: 3,
};

describe('what subjects may use', () => {
  it('is said in words that the script takes apart again', async () => {
    const { allowances, changes } = openAllowances();
    await allowances.setPlan('ada', plan);
    await allowances.setPlan('ada', { ...plan, isPaying: false });
    await allowances.setLimit('ada', 'loop', { limit: 'unlimited', until: 9.5 });
    await allowances.setLimit('ada', 'loop', undefined);
    await allowances.grant('ada', 'loop', { id: 'a:b;c', units: 2 });
    await allowances.revoke('ada', 'loop', 'a:b;c');
    expect(changes).toEqual([
      ['ada', 'plan', '3', 'cus%201', '1', 'b%C3%BCro%20%26%20co', '2', '9'],
      ['ada', 'plan', '3', 'cus%201', '0', 'free', '0', '0'],
      ['ada', 'extra', '5', 'loop/step', 'o', '', '-1', '10'],
      ['ada', 'extra', '5', 'loop/step', 'o', '', '', '0'],
      ['ada', 'extra', '5', 'loop/step', 'g', 'a%3Ab%3Bc', '2', '0'],
      ['ada', 'extra', '5', 'loop/step', 'g', 'a%3Ab%3Bc', '', '0'],
    ]);
  });

  it('is whole, not less than nothing, of a loop that there is, and ends at a time', async () => {
    const { allowances, changes } = openAllowances();
    for (const refused of [
      () => allowances.setLimit('ada', 'loop', { limit: -1 }),
      () => allowances.setLimit('ada', 'loop', { limit: 0.5 }),
      () => allowances.setLimit('ada', 'other', { limit: 1 }),
      () => allowances.grant('ada', 'loop', { id: 'x', units: 0 }),
      () => allowances.grant('ada', 'loop', { id: 'x', units: 1, until: Number.NaN }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(changes).toEqual([]);
  });
});
