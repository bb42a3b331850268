import type { Polling } from '../../databases/index.ts';
import { isSkeneError } from '../../errors/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { DatabaseAction, DatabaseSyncPlan } from './plan-database-sync.ts';

/**
 * What there is to do where a database is polled: nothing. Every watch is checked, though.
 * @param options `allowMissing` leaves out tables that are not there yet.
 * @throws {ConfigError} CONFIG_INVALID for a table of which nothing can be polled.
 */
export async function planPolling(
  polling: Polling,
  watches: readonly Watch[],
  options: { allowMissing?: boolean | undefined },
): Promise<DatabaseSyncPlan> {
  const actions: DatabaseAction[] = [];
  const missing: string[] = [];
  for (const watch of watches) {
    try {
      const { found, refused } = await polling.check(watch);
      const reason = [`it is polled: ${found}`, ...refused.map(({ reason }) => reason.replace(/\.$/, ''))];
      actions.push({ table: watch.table, action: 'keep', reason: reason.join('; ') });
    } catch (error) {
      if (!options.allowMissing || !isSkeneError(error, 'CONFIG_INVALID')) throw error;
      missing.push(watch.table);
    }
  }
  return { actions, statements: [], fills: [], locks: [], missing };
}
