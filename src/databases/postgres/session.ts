import { ConfigError, isSkeneError } from '../../errors/index.ts';
import type { Row, Statement, TransactionLimits } from '../database.ts';
import { OUTBOX } from './capture-sql.ts';
import type { Driver } from './driver.ts';
import { toDatabaseError } from './errors.ts';

/** Runs statements in one transaction and answers with the rows of each. */
export type RunSql = (
  statements: readonly Statement[],
  options: TransactionLimits & { readOnly: boolean },
) => Promise<Row[][]>;

/** What a statement may take when nothing else is said. */
const USUAL_TIMEOUT_MS = 15_000;
/** What the network may add to it. */
const NETWORK_MS = 5_000;

/**
 * Runs statements in one transaction with its limits set inside it, so that a pooler between us and the server neither loses them
 * nor keeps them for the next.
 * @throws what {@link toDatabaseError} makes of the failure.
 */
export async function runLimited(
  driver: Driver,
  statements: readonly Statement[],
  options: TransactionLimits & { readOnly: boolean },
): Promise<Row[][]> {
  const { timeoutMs = USUAL_TIMEOUT_MS, lockTimeoutMs = 0, readOnly } = options;
  const limits: Statement = {
    sql: `SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)`,
    params: [`${timeoutMs}ms`, `${lockTimeoutMs}ms`],
  };
  try {
    const patienceMs = timeoutMs * statements.length + NETWORK_MS;
    return (await driver.run([limits, ...statements], { readOnly, patienceMs })).slice(1);
  } catch (error) {
    if (isSkeneError(error)) throw error;
    throw toDatabaseError(error, statements.length === 1 ? statements[0]?.sql : undefined);
  }
}

/** Waits for an answer about the outbox. @throws {ConfigError} that says how to install it, when it is missing. */
export async function whenInstalled<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const sqlState = isSkeneError(error, 'QUERY_FAILED')
      ? (error.cause as { code?: string }).code
      : undefined;
    if (sqlState !== '42P01') throw error;
    throw new ConfigError('QUERY_FAILED', `The database has no ${OUTBOX}: no change of a row is captured.`, {
      hint: 'Install it with `skene sync --database`.',
      cause: error,
    });
  }
}
