import { LIMIT } from './loops.ts';
import { type Account, ALLOWANCE, type UsageBooks } from './usage.ts';

/** Accounts and books, added up. */
export interface UsageSum {
  /** People and features whose counter was compared with their calls. */
  accounts: number;
  used: number;
  withoutRedis: number;
  /** Accounts over the limit, by how many units in all, and by how many they might have been. */
  overLimit: number;
  unitsOver: number;
  unitsAllowed: number;
  /** Calls of which nobody can say whether they were counted: their process was killed. */
  unsure: number;
  /** Rows that were late when the storm was over, and were reconciled. */
  lateRows: number;
}

/** Adds up the accounts of a world. */
export function sumOf(accounts: readonly Account[], { late }: UsageBooks): UsageSum {
  const sum = (of: (account: Account) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  return {
    accounts: accounts.length,
    used: sum(({ used }) => used),
    withoutRedis: sum(({ withoutRedis }) => withoutRedis),
    overLimit: accounts.filter(({ used }) => used > LIMIT).length,
    unitsOver: sum(({ used }) => Math.max(0, used - LIMIT)),
    unitsAllowed: sum(({ processes }) => processes * ALLOWANCE),
    unsure: sum(({ unsure }) => unsure),
    lateRows: late.length,
  };
}

/** Adds up those of several worlds. */
export function addUsage(sums: readonly UsageSum[]): UsageSum {
  const total = {
    accounts: 0,
    used: 0,
    withoutRedis: 0,
    overLimit: 0,
    unitsOver: 0,
    unitsAllowed: 0,
    unsure: 0,
    lateRows: 0,
  };
  for (const sum of sums)
    for (const name of Object.keys(total) as Array<keyof UsageSum>) total[name] += sum[name];
  return total;
}
