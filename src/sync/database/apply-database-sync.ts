import { setTimeout as pause } from 'node:timers/promises';
import {
  type CapturingDatabase,
  type Database,
  requireCapture,
  type Statement,
} from '../../databases/index.ts';
import { isSkeneError, ProviderError } from '../../errors/index.ts';
import type { DatabaseSyncPlan } from './plan-database-sync.ts';

/** How long to wait for busy tables. */
export interface ApplyOptions {
  /** How often to try. */
  attempts?: number | undefined;
  /**
   * How long one try may wait for a lock, in ms. While it waits, the application's own statements on the table queue up behind it: better
   * short and again.
   */
  lockTimeoutMs?: number | undefined;
  /** The pause after the first try, in ms; it doubles each time. */
  backoffMs?: number | undefined;
  /** Told before each further try what is in the way. */
  onBlocked?: ((blockers: string[]) => void) | undefined;
}

/** A large table is read once; nobody waits for it. */
const FILL_TIMEOUT_MS = 3_600_000;

/** Of two that create the same thing at once, `IF NOT EXISTS` fails one: the second waits, and finds it there. */
const ONE_AT_A_TIME: Statement = { sql: "SELECT pg_advisory_xact_lock(hashtext('skene sync'))" };

/**
 * Does what a plan says, all or nothing.
 * @throws {ProviderError} PROVIDER_UNAVAILABLE, with the sessions that are in the way, when a table stays busy.
 */
export async function applyDatabaseSync(
  database: Database,
  plan: DatabaseSyncPlan,
  options: ApplyOptions = {},
): Promise<void> {
  if (plan.statements.length > 0) await applyStatements(requireCapture(database), plan, options);
  for (const fill of plan.fills)
    await requireCapture(database).capture.transaction(fill, { timeoutMs: FILL_TIMEOUT_MS });
}

async function applyStatements(
  capturing: CapturingDatabase,
  plan: DatabaseSyncPlan,
  options: ApplyOptions,
): Promise<void> {
  const { attempts = 6, lockTimeoutMs = 1_000, backoffMs = 500, onBlocked = () => {} } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await capturing.capture.transaction([ONE_AT_A_TIME, ...plan.statements], { lockTimeoutMs });
      return;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      const blockers = await findBlockers(capturing, plan);
      if (attempt === attempts) throw busy(blockers, error);
      onBlocked(blockers);
      await pause(backoffMs * 2 ** (attempt - 1));
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  if (!isSkeneError(error, 'PROVIDER_UNAVAILABLE')) return false;
  const { code } = (error.cause ?? {}) as { code?: string };
  return code === '55P03' || code === '40P01';
}

function busy(blockers: readonly string[], cause: unknown): ProviderError {
  const who = blockers.length === 0 ? 'another session, which has ended since' : blockers.join('; ');
  return new ProviderError('PROVIDER_UNAVAILABLE', `A table to be watched is kept locked by ${who}.`, {
    hint: 'Nothing was changed. Run `skene sync --database` again when that transaction has ended.',
    cause,
  });
}

/** The sessions with locks on the plan's tables that triggers cannot be made beside: whoever writes to them or alters them. */
async function findBlockers(database: CapturingDatabase, plan: DatabaseSyncPlan): Promise<string[]> {
  const sql = `
    SELECT DISTINCT format('process %s (%s, %s, for %s s) on %s', a.pid, coalesce(nullif(a.application_name, ''), a.usename),
      a.state, extract(epoch FROM clock_timestamp() - a.xact_start)::int, l.relation::regclass) AS blocker
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.granted AND l.locktype = 'relation' AND l.pid <> pg_backend_pid()
      AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND (l.relation = ANY (SELECT to_regclass(name) FROM unnest($1::text[]) AS name))`;
  const rows = await database.select({ sql, params: [plan.locks], timeoutMs: 5_000 });
  return rows.map((row) => String(row.blocker));
}
