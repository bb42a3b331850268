import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';
import * as z from 'zod';
import type { Entry, Measurement } from './measure.ts';

const RuleSchema = z.strictObject({
  /** Why the limit is where it is; what somebody who meets it is told. */
  why: z.string().min(1),
  /** Packages no part of the bundle may come from. */
  mustNotContain: z.array(z.string()),
});

const BudgetSchema = RuleSchema.extend({
  /** A glob: which entries it is for. */
  entry: z.string(),
  /** The most that may be reached, gzipped, in units of 1,000 bytes. */
  reachableKilobytes: z.number().positive(),
  /** More, where the driver of a database is heavy: by its provider. */
  reachableKilobytesWith: z.record(z.string(), z.number().positive()).optional(),
  /** The most that may be loaded before the first request. */
  atStartKilobytes: z.number().positive(),
});

const BudgetsSchema = z.strictObject({
  everywhere: RuleSchema,
  /** The first that fits an entry is its budget. */
  entries: z.array(BudgetSchema),
});

/** See `scripts/budgets.json`. */
export type Budgets = z.output<typeof BudgetsSchema>;

/** Reads the budgets at `path`; throws when they are not as they should be. */
export function readBudgets(path = new URL('../budgets.json', import.meta.url)): Budgets {
  return BudgetsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The budget of `entry`, or `undefined` when nobody has set one. */
export function budgetOf(
  { entry, database }: Entry,
  { entries }: Budgets,
): z.output<typeof BudgetSchema> | undefined {
  const budget = entries.find((candidate) => picomatch.isMatch(entry, candidate.entry));
  const more = budget?.reachableKilobytesWith?.[database ?? ''];
  return budget === undefined || more === undefined ? budget : { ...budget, reachableKilobytes: more };
}

/** How an entry is called in reports: `api/schedules/[task].ts with neon`. */
export function nameOf({ entry, database, without = [] }: Entry): string {
  const left = without.length === 0 ? '' : ` without ${without.join(', ')}`;
  return `${entry}${database === undefined ? '' : ` with ${database}`}${left}`;
}

/** What of a measurement is not as its budget asks, in words; empty when all is well. */
export function overBudget(measurement: Measurement, budgets: Budgets): string[] {
  const { reachable, atStart } = measurement;
  const entry = nameOf(measurement);
  const budget = budgetOf(measurement, budgets);
  if (budget === undefined) return [`${entry} has no budget: give it one in scripts/budgets.json.`];
  const over = (what: string, bytes: number, kilobytes: number) =>
    bytes > kilobytes * 1000
      ? [`${entry}: ${what} ${bytes} bytes gzipped, over ${kilobytes} kB. ${budget.why}`]
      : [];
  return [
    ...over('reaches', reachable.gzip, budget.reachableKilobytes),
    ...over('loads at start', atStart.gzip, budget.atStartKilobytes),
    ...[budgets.everywhere, budget].flatMap(({ mustNotContain, why }) => {
      const found = mustNotContain.filter((name) => reachable.packages.has(name));
      return found.length === 0 ? [] : [`${entry}: must not contain ${found.join(', ')}. ${why}`];
    }),
  ];
}
