import type { Database } from '../databases/index.ts';
import { isSkeneError, messageOf } from '../errors/index.ts';
import type { GoalSign } from '../plan/index.ts';

/** How long one query of a goal may take. */
const QUERY_TIMEOUT_MS = 10_000;

/** Where a goal's query is asked. */
export interface AskContext {
  database: () => Promise<Pick<Database, 'select'>>;
  /** Is told of a query that the database refuses: nothing else is held up by it. */
  onTrouble: (text: string) => void;
}

/** What a goal asks. */
export type GoalQuery = Pick<Extract<GoalSign, { type: 'query' }>, 'sql' | 'select'>;

/** Asks whether a goal's query has a row for a subject. */
export function askDatabase({ database, onTrouble }: AskContext) {
  return async ({ sql, select }: GoalQuery, subject: string): Promise<boolean> => {
    try {
      const query = { sql, select, params: [subject], timeoutMs: QUERY_TIMEOUT_MS };
      return (await (await database()).select(query)).length > 0;
    } catch (error) {
      if (!isSkeneError(error, 'QUERY_FAILED')) throw error;
      onTrouble(`The query of a goal failed: ${messageOf(error)}`);
      return false;
    }
  };
}
