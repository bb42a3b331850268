import type { Database } from '../databases/index.ts';
import { InternalError } from '../errors/index.ts';
import { hasValues, namesOf, type PlanCondition } from '../plan/index.ts';
import type { State } from '../state/index.ts';

/** Whether a condition is true, and the row or data that made it so. */
export type Verdict = { met: true; row: Record<string, unknown> } | { met: false };

/** What looking at a condition needs. */
export interface CheckContext {
  database: () => Promise<Pick<Database, 'select'>>;
  state: Pick<State, 'sightings'>;
}

/** How long one query of a condition may take. */
const QUERY_TIMEOUT_MS = 10_000;

/**
 * Looks whether a condition is true for a subject now.
 * @param since an event counts only when it came at or after this time, ms since the epoch.
 */
export async function checkCondition(
  condition: PlanCondition | undefined,
  { subject, since }: { subject: string; since: number },
  context: CheckContext,
): Promise<Verdict> {
  if (condition === undefined) return { met: true, row: {} };
  switch (condition.type) {
    case 'query': {
      const database = await context.database();
      const [row] = await database.select({
        sql: condition.sql,
        select: condition.select,
        params: condition.aboutSubject ? [subject] : [],
        timeoutMs: QUERY_TIMEOUT_MS,
      });
      return row === undefined ? { met: false } : { met: true, row };
    }
    case 'event': {
      for (const name of namesOf(condition)) {
        const seen = await context.state.sightings.last(subject, name);
        if (seen !== undefined && seen.at >= since && hasValues(seen.data, condition.where))
          return { met: true, row: seen.data };
      }
      return { met: false };
    }
    case 'usage':
      // It was the gate that found it so: its event has started the run.
      return { met: true, row: {} };
    case 'activity':
      throw new InternalError(
        `A run of one subject cannot wait for a condition of type "${condition.type}".`,
        { code: 'NOT_IMPLEMENTED' },
      );
  }
}
