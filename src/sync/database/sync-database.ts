import { openDatabase } from '../../databases/index.ts';
import type { Watch } from '../../plan/index.ts';
import { applyDatabaseSync } from './apply-database-sync.ts';
import { type DatabaseSyncPlan, planDatabaseSync } from './plan-database-sync.ts';

/**
 * Plans and applies in one go, over a connection of its own; for the local stack, where tables may be made later.
 * @returns what was done, and the tables that are not there yet.
 */
export async function syncDatabase(url: string, watches: readonly Watch[]): Promise<DatabaseSyncPlan> {
  const database = await openDatabase({ url, provider: 'postgres' });
  try {
    const plan = await planDatabaseSync(database, watches, { allowMissing: true });
    await applyDatabaseSync(database, plan);
    return plan;
  } finally {
    await database.close();
  }
}
