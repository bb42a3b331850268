import type { Database } from '../databases/index.ts';
import { ConfigError } from '../errors/index.ts';
import type { PlanCondition, UsersTable } from '../plan/index.ts';

/** The query whose rows are a condition's audience, in the dialect of a database. */
export function audienceQuery(
  condition: PlanCondition | undefined,
  _context: { kind: Database['kind']; users: UsersTable },
): string {
  if (condition?.type === 'query' && !condition.aboutSubject) return condition.sql;
  throw new ConfigError('CONFIG_INVALID', 'This loop has a schedule and no audience.', {
    hint: 'Give its first step a condition whose query selects users, without $1.',
  });
}
