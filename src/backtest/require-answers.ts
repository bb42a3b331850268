import type { Stack } from '../dev/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Source } from './source.ts';

/**
 * Asks the local PostgreSQL whether it understands the queries of the plans, before a month is lived through with them.
 * @throws {EnvError} USAGE naming the query that it does not, and why.
 */
export async function requireAnswers(
  { postgres }: Stack,
  { source, plans }: { source: Source; plans: readonly Plan[] },
): Promise<void> {
  for (const statement of source.preparation) await postgres?.exec(statement);
  for (const { id, sql } of plans.flatMap(queriesOf)) {
    try {
      // The line break ends a comment that the query may end with.
      await postgres?.exec(`PREPARE backtest AS ${sql}\n; DEALLOCATE backtest`);
    } catch (error) {
      throw new EnvError('USAGE', `The query of ${id} cannot be replayed: ${(error as Error).message}.`, {
        hint: `A backtest puts it to a PostgreSQL, as: ${sql}`,
        cause: error,
      });
    }
  }
}

function queriesOf({ steps, goal }: Plan): Array<{ id: string; sql: string }> {
  const queries = steps.flatMap(({ id, condition }) =>
    condition?.type === 'query' ? [{ id: `step "${id}"`, sql: condition.sql }] : [],
  );
  return goal?.sign.type === 'query' ? [...queries, { id: 'the goal', sql: goal.sign.sql }] : queries;
}
