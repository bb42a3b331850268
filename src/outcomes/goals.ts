import type { SkeneEvent } from '../events/index.ts';
import { hasValues, namesOf, type Plan, type SubjectColumns, topicsOfEvent } from '../plan/index.ts';
import type { OpenWindow, State } from '../state/index.ts';
import type { GoalQuery } from './ask-database.ts';
import { hasGoal, type PlanWithGoal, trialSiteOf } from './trial-site.ts';

/**
 * When an event counts as having happened: a row when it was written, anything else when it came in. The clocks of those who send it are not
 * ours.
 */
export function timeOf({ type, time }: Pick<SkeneEvent, 'type' | 'time'>, now: number): number {
  return type.startsWith('db.') && time !== undefined ? Math.min(now, Date.parse(time)) : now;
}

/** What noticing goals needs. */
export interface GoalContext {
  plans: readonly Plan[];
  state: Pick<State, 'trials'>;
  /** By which columns rows name their user. */
  columns: SubjectColumns;
  now: () => number;
  /** Whether a goal's query has a row for a subject now. Left out where no database is at hand: rows tell of nothing there. */
  holds?: ((query: GoalQuery, subject: string) => Promise<boolean>) | undefined;
}

/** Somebody reached the goal of a loop, in time, and for the first time in their episode. */
export interface ReachedGoal {
  plan: PlanWithGoal;
  subject: string;
  /** Ms since the epoch. */
  at: number;
  /** The event that told of it. */
  cause?: string | undefined;
}

/**
 * Finds who reached a goal with these events, and counts them: one command for all events that may tell of one, and a query for each
 * subject of a row that may have made a goal's query true. Told again, an event counts nothing.
 */
export async function noteGoals(events: readonly SkeneEvent[], context: GoalContext): Promise<ReachedGoal[]> {
  const found = context.plans.filter(hasGoal).flatMap((plan) =>
    events.flatMap((event): ReachedGoal[] => {
      const at = timeOf(event, context.now());
      const subjects = new Set(subjectsOf(plan, event, context.columns));
      return [...subjects].map((subject) => ({ plan, subject, at, cause: event.id }));
    }),
  );
  found.sort((one, other) => one.at - other.at);
  return countReached(await confirmed(found, context), context);
}

/** Counts who reached a goal; answers with those for whom it was news. */
export async function countReached(
  reached: readonly ReachedGoal[],
  { state }: Pick<GoalContext, 'state'>,
): Promise<ReachedGoal[]> {
  const news = await state.trials.reach(
    reached.map(({ plan, ...one }) => ({ site: trialSiteOf(plan), ...one })),
  );
  return reached.filter((_, index) => news[index]);
}

/** Whose goal an event may tell of. */
function subjectsOf({ goal, users }: PlanWithGoal, event: SkeneEvent, columns: SubjectColumns): string[] {
  const { sign } = goal;
  switch (sign.type) {
    case 'event':
      return namesOf(sign).includes(event.type) &&
        event.subject !== undefined &&
        hasValues(event.data, sign.where)
        ? [event.subject]
        : [];
    case 'query':
      return sign.wakes.flatMap(({ table, column, equals }) => {
        const subject = event.data?.[column];
        const isAbout = event.type.startsWith(`db.${table}.`) && hasValues(event.data, equals);
        return isAbout && subject !== null && subject !== undefined ? [String(subject)] : [];
      });
    case 'activity':
      return activeSubjects(event, { usersTable: users.table, columns });
  }
}

/** What identity and billing providers tell, and what Skene tells itself, is not something that somebody did. */
const NOT_ACTIVITY =
  /^(?:(?:schedule|subscription|usage|stripe)\.|clerk\.(?!session\.created$)|nextauth\.(?!signIn$))/;

/** Who did something: an event of the app about them, a session, or a row of theirs in any watched table but that of the users. */
function activeSubjects(
  event: SkeneEvent,
  { usersTable, columns }: { usersTable: string; columns: SubjectColumns },
): string[] {
  if (!event.type.startsWith('db.'))
    return event.subject === undefined || NOT_ACTIVITY.test(event.type) ? [] : [event.subject];
  if (!event.type.endsWith('.insert') || event.type === `db.${usersTable}.insert`) return [];
  return topicsOfEvent(event, columns).map((topic) => topic.slice(topic.indexOf('=') + 1));
}

/** An event is enough for a goal that is an event; of the others a query is asked, for those alone whose window is open. */
async function confirmed(
  candidates: readonly ReachedGoal[],
  { state, holds }: GoalContext,
): Promise<ReachedGoal[]> {
  const asked = candidates.filter(({ plan }) => plan.goal.sign.type === 'query');
  const told = candidates.filter(({ plan }) => plan.goal.sign.type !== 'query');
  if (holds === undefined || asked.length === 0) return told;
  const windows = await state.trials.windows(
    asked.map(({ plan, subject }) => ({ site: trialSiteOf(plan), subject })),
  );
  const open = asked.filter((one, index) => isWithin(one, windows[index]));
  const answers = new Map<string, Promise<boolean>>();
  const isTrue = ({ plan: { goal }, subject }: ReachedGoal): Promise<boolean> => {
    const key = JSON.stringify([goal.hash, subject]);
    const answer =
      answers.get(key) ?? (goal.sign.type === 'query' ? holds(goal.sign, subject) : Promise.resolve(false));
    answers.set(key, answer);
    return answer;
  };
  const confirmations = await Promise.all(open.map(isTrue));
  return [...told, ...open.filter((_, index) => confirmations[index])];
}

function isWithin({ plan: { goal }, at }: ReachedGoal, window: OpenWindow | undefined): boolean {
  return window !== undefined && at - window.last <= goal.within * 1000;
}
