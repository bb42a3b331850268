import { type Database, findLastActions, findRows } from '../databases/index.ts';
import type { Plan } from '../plan/index.ts';
import type { OpenWindow, State } from '../state/index.ts';
import { askDatabase } from './ask-database.ts';
import { countReached, type ReachedGoal } from './goals.ts';
import { type PlanWithGoal, trialSiteOf } from './trial-site.ts';

/** What looking for goals needs. */
export interface LookContext {
  state: Pick<State, 'trials' | 'looks'>;
  database: () => Promise<Database>;
  onTrouble: (text: string) => void;
  now: () => number;
}

/** Whether a plan has a goal that a query alone tells of: what drains changes looks for it. Last activities are looked up by passes. */
export function isLookedFor(plan: Plan): plan is PlanWithGoal {
  return plan.goal?.look !== undefined && plan.goal.sign.type === 'query';
}

/** Users are looked up by the thousand; their last actions and a goal's query are asked for each. */
const MOST_USERS = 1_000;
const MOST_ASKED = 50;

const QUERY_TIMEOUT_MS = 30_000;

/**
 * Looks who has reached a goal that no event tells of, among those whose turn it is, until nobody is left or the budget is used up. Of users
 * whose last activity is in a column a thousand are looked up at once.
 * @param budgetMs of the machine's time.
 */
export async function lookForGoals(
  plan: PlanWithGoal,
  context: LookContext,
  { budgetMs }: { budgetMs: number },
): Promise<ReachedGoal[]> {
  const { goal } = plan;
  if (goal.look === undefined || goal.sign.type === 'event') return [];
  const { looks, trials } = context.state;
  const deadline = performance.now() + budgetMs;
  const isOneQuery = goal.sign.type === 'activity' && goal.sign.actions === undefined;
  const limit = isOneQuery ? MOST_USERS : MOST_ASKED;
  const reached: ReachedGoal[] = [];
  do {
    const now = context.now();
    const subjects = await looks.due(plan, { now, limit });
    const site = trialSiteOf(plan);
    const windows = await trials.windows(subjects.map((subject) => ({ site, subject })));
    const open = windows.filter((window) => window !== undefined);
    reached.push(...(await countReached(await reachedAmong(open, plan, context), context)));
    await looks.postpone(plan, nextLooks(subjects, open, { plan, now }));
    if (subjects.length < limit) break;
  } while (performance.now() < deadline);
  return reached;
}

/** The next look is a while later, or when the window is over, and none after that. */
function nextLooks(
  subjects: readonly string[],
  open: readonly OpenWindow[],
  { plan: { goal }, now }: { plan: PlanWithGoal; now: number },
) {
  const ends = new Map(open.map(({ subject, last }) => [subject, last + goal.within * 1000]));
  return subjects.map((subject) => {
    const end = ends.get(subject) ?? 0;
    return { subject, next: now < end ? Math.min(now + (goal.look ?? 0) * 1000, end) : undefined };
  });
}

async function reachedAmong(
  windows: readonly OpenWindow[],
  plan: PlanWithGoal,
  context: LookContext,
): Promise<ReachedGoal[]> {
  const { sign } = plan.goal;
  if (sign.type === 'activity') return activeAmong(windows, plan, context);
  if (sign.type === 'event') return [];
  const holds = askDatabase(context);
  const answers = await Promise.all(windows.map(({ subject }) => holds(sign, subject)));
  // When it became true is not known: a look that comes just after the end of a window still speaks for it.
  return windows
    .filter((_, index) => answers[index])
    .map(({ subject, last }) => ({
      plan,
      subject,
      at: Math.min(context.now(), last + plan.goal.within * 1000),
    }));
}

/** Who has done something since their window opened. */
async function activeAmong(
  windows: readonly OpenWindow[],
  plan: PlanWithGoal,
  { database }: LookContext,
): Promise<ReachedGoal[]> {
  const subjects = windows.map(({ subject }) => subject);
  const lastActive = await lastActivities(subjects, plan, await database());
  return windows.flatMap(({ subject, since }) => {
    const at = Date.parse(String(lastActive.get(subject)));
    return at > since ? [{ plan, subject, at }] : [];
  });
}

async function lastActivities(
  subjects: readonly string[],
  { users, goal: { sign } }: PlanWithGoal,
  database: Database,
): Promise<Map<string, unknown>> {
  if (sign.type !== 'activity') return new Map();
  const { actions, column } = sign;
  if (actions !== undefined) {
    const rows = await findLastActions(database, actions, { subjects, timeoutMs: QUERY_TIMEOUT_MS });
    return new Map([...rows].map(([subject, row]) => [subject, row[actions.time]]));
  }
  if (column === undefined) return new Map();
  const source = { table: users.table, column: users.id, values: subjects };
  const rows = await findRows(database, source, QUERY_TIMEOUT_MS);
  return new Map(rows.map((row) => [String(row[users.id]), row[column]]));
}
