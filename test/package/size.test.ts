import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Budgets, nameOf, overBudget, readBudgets } from '../../scripts/size/budgets.ts';
import { entriesOf } from '../../scripts/size/entries.ts';
import { measure } from '../../scripts/size/measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const functions = fileURLToPath(new URL('./functions', import.meta.url));

function budgetsWith(limits: Partial<Budgets['entries'][number]>): Budgets {
  const budget = { entry: 'api/*.ts', why: 'Kept small.', reachableKilobytes: 1000, atStartKilobytes: 1000 };
  return {
    everywhere: { why: 'Local only.', mustNotContain: ['fengari'] },
    entries: [{ ...budget, mustNotContain: [], ...limits }],
  };
}

describe('the measure of a function', () => {
  it('finds every function of a folder, and the entry of the SDK', () => {
    expect(entriesOf(functions)).toEqual([
      { entry: 'src/index.ts' },
      { entry: 'api/heavy.ts' },
      { entry: 'api/lazy.ts' },
      { entry: 'api/light.ts' },
    ]);
  });

  it('counts what is loaded later as reachable and not as loaded at the start', async () => {
    const heavy = await measure({ entry: 'api/heavy.ts' }, functions);
    const lazy = await measure({ entry: 'api/lazy.ts' }, functions);
    expect(heavy.atStart).toEqual(heavy.reachable);
    expect(lazy.reachable.gzip).toBeGreaterThan(heavy.reachable.gzip * 0.9);
    expect(lazy.atStart.gzip).toBeLessThan(1000);
    expect([...lazy.reachable.packages.keys()]).toEqual(['liquidjs', '.']);
    expect([...lazy.atStart.packages.keys()]).toEqual(['.']);
  });

  it('reports a function that reaches too much, whenever it loads it', async () => {
    const budgets = budgetsWith({ reachableKilobytes: 5 });
    expect(overBudget(await measure({ entry: 'api/heavy.ts' }, functions), budgets)).toEqual([
      expect.stringMatching(/^api\/heavy\.ts: reaches \d+ bytes gzipped, over 5 kB\. Kept small\.$/),
    ]);
    expect(overBudget(await measure({ entry: 'api/lazy.ts' }, functions), budgets)).toHaveLength(1);
    expect(overBudget(await measure({ entry: 'api/light.ts' }, functions), budgets)).toEqual([]);
  });

  it('reports a function that loads too much at its start', async () => {
    const budgets = budgetsWith({ atStartKilobytes: 5 });
    expect(overBudget(await measure({ entry: 'api/heavy.ts' }, functions), budgets)).toEqual([
      expect.stringMatching(/^api\/heavy\.ts: loads at start \d+ bytes gzipped, over 5 kB\./),
    ]);
    expect(overBudget(await measure({ entry: 'api/lazy.ts' }, functions), budgets)).toEqual([]);
  });

  it('reports packages that must not be there', async () => {
    const lazy = await measure({ entry: 'api/lazy.ts' }, functions);
    expect(overBudget(lazy, budgetsWith({ mustNotContain: ['liquidjs', 'react'] }))).toEqual([
      'api/lazy.ts: must not contain liquidjs. Kept small.',
    ]);
    const everywhere = { why: 'Local only.', mustNotContain: ['liquidjs'] };
    expect(overBudget(lazy, { ...budgetsWith({}), everywhere })).toEqual([
      'api/lazy.ts: must not contain liquidjs. Local only.',
    ]);
  });

  it('reports a function nobody has set a budget for', async () => {
    const budgets = budgetsWith({ entry: 'api/webhooks/*.ts' });
    expect(overBudget(await measure({ entry: 'api/light.ts' }, functions), budgets)).toEqual([
      'api/light.ts has no budget: give it one in scripts/budgets.json.',
    ]);
  });
});

describe('this deployment', () => {
  const entries = entriesOf(root);

  it('has functions, and no more than the twelve of the free plan', () => {
    const functions = new Set(entries.map(({ entry }) => entry).filter((entry) => entry.startsWith('api/')));
    expect(functions.size).toBeGreaterThan(1);
    expect(functions.size).toBeLessThanOrEqual(12);
  });

  it.each(entries.map((entry) => [nameOf(entry), entry] as const))(
    '%s is within its budget',
    async (_, entry) => {
      expect(overBudget(await measure(entry, root), readBudgets())).toEqual([]);
    },
  );
});
