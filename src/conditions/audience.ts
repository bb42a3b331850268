import { type Database, dormancyQuery, findInAudience } from '../databases/index.ts';
import { ConfigError } from '../errors/index.ts';
import type { PlanCondition, UsersTable } from '../plan/index.ts';
import { type CheckContext, checkCondition } from './check.ts';

/** The query whose rows are a condition's audience, in the dialect of a database. */
export function audienceQuery(
  condition: PlanCondition | undefined,
  { kind, users }: { kind: Database['kind']; users: UsersTable },
): string {
  const sql = condition && audienceSql(condition, { kind, users });
  if (sql !== undefined) return sql;
  throw new ConfigError('CONFIG_INVALID', 'This loop has a schedule and no audience.', {
    hint: "Give its first step a condition whose query selects users, without $1, or one of type 'activity'.",
  });
}

/** Subjects of a page, and what looking at a condition for all of them needs. */
export interface GroupCheck {
  subjects: readonly string[];
  users: UsersTable;
  database: Database;
  state: CheckContext['state'];
}

/** How many look at their condition at once, where each has a query of their own. */
const AT_ONCE = 8;

const QUERY_TIMEOUT_MS = 30_000;

/** For which of some subjects a condition is true now: in one query where it selects an audience, else in one for each. */
export async function checkGroup(
  condition: PlanCondition | undefined,
  { subjects, users, database, state }: GroupCheck,
): Promise<ReadonlySet<string>> {
  const sql = condition && audienceSql(condition, { kind: database.kind, users });
  if (sql !== undefined)
    return findInAudience(database, { sql, id: users.id, among: subjects, timeoutMs: QUERY_TIMEOUT_MS });
  const met = new Set<string>();
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    await Promise.all(
      subjects.slice(from, from + AT_ONCE).map(async (subject) => {
        const context = { database: async () => database, state };
        const verdict = await checkCondition(condition, { subject, since: 0 }, context);
        if (verdict.met) met.add(subject);
      }),
    );
  }
  return met;
}

function audienceSql(
  condition: PlanCondition,
  { kind, users }: { kind: Database['kind']; users: UsersTable },
): string | undefined {
  if (condition.type === 'query' && !condition.aboutSubject) return condition.sql;
  return condition.type === 'activity' ? dormancyQuery({ kind }, condition, users) : undefined;
}
