import { type Database, quoterOf } from '../../databases/index.ts';
import { isSkeneError } from '../../errors/index.ts';
import type { KeptTables } from '../../plan/index.ts';
import { keptTablesSql } from '../../usage/index.ts';
import type { DatabaseSyncPlan } from './plan-database-sync.ts';

const TIMEOUT_MS = 10_000;

/** Compares the tables for usage and subscriptions with those there are. MySQL's are made by a migration of the team's own. */
export async function planKeptTables(
  database: Database,
  kept: KeptTables | undefined,
): Promise<DatabaseSyncPlan> {
  const plan: DatabaseSyncPlan = { actions: [], statements: [], locks: [], fills: [], missing: [] };
  for (const [name, settings] of Object.entries(kept ?? {})) {
    const { table } = settings;
    if (await isThere(database, table)) {
      plan.actions.push({ table, action: 'keep', reason: 'it is there' });
    } else if (database.capture === undefined) {
      const reason = 'it is not there: `skene sync --database --print` prints the migration that makes it';
      plan.actions.push({ table, action: 'keep', reason });
      plan.missing.push(table);
    } else {
      plan.actions.push({ table, action: 'create', reason: `${name} is written to it` });
      plan.statements.push(...keptTablesSql({ [name]: settings }, 'postgres').map((sql) => ({ sql })));
    }
  }
  return plan;
}

async function isThere(database: Database, table: string): Promise<boolean> {
  const from = table.split('.').map(quoterOf(database)).join('.');
  try {
    await database.select({
      sql: `SELECT 1 AS found FROM ${from} LIMIT 1`,
      params: [],
      timeoutMs: TIMEOUT_MS,
    });
    return true;
  } catch (error) {
    if (isSkeneError(error, 'QUERY_FAILED')) return false;
    throw error;
  }
}
