import type { Database } from '../databases/index.ts';
import { ConfigError, isSkeneError, messageOf } from '../errors/index.ts';

/** What running a step's `after` needs. */
export interface AfterContext {
  database: Database;
  /** Is told of an UPDATE that fails: the action is done, and stays so. */
  report: (report: { kind: 'trouble'; text: string }) => void;
}

/** A step's `after`, for one subject. */
export interface After {
  sql: string;
  subject: string;
  loop: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Runs the UPDATEs of steps whose action is done: all at once, or one by one where one of them fails. A run that is killed right after
 * runs them again.
 * @throws {ConfigError} QUERY_FAILED where the database takes no UPDATE.
 * @throws {ProviderError} PROVIDER_UNAVAILABLE where it cannot be reached.
 */
export async function runAfter(afters: readonly After[], { database, report }: AfterContext): Promise<void> {
  if (afters.length === 0) return;
  const update = database.update?.bind(database);
  if (update === undefined) {
    throw new ConfigError('QUERY_FAILED', `A ${database.kind} database takes no UPDATE.`, {
      hint: 'Leave `after` out: the engine keeps its own record of whom it has mailed.',
    });
  }
  const statementOf = ({ sql, subject }: After) => ({ sql, params: [subject] });
  const limits = { timeoutMs: TIMEOUT_MS };
  try {
    await update(afters.map(statementOf), limits);
  } catch (error) {
    if (!isSkeneError(error, 'QUERY_FAILED')) throw error;
    for (const after of afters) {
      await update([statementOf(after)], limits).catch((cause: unknown) =>
        report({
          kind: 'trouble',
          text: `The after of ${after.loop} failed for ${after.subject}: ${messageOf(cause)}`,
        }),
      );
    }
  }
}
