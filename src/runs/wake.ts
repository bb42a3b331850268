import type { SkeneEvent } from '../events/index.ts';
import {
  hasValues,
  namesOf,
  type PlanCondition,
  type SubjectColumns,
  topicsOfEvent,
  type Watch,
} from '../plan/index.ts';
import type { State, Wait } from '../state/index.ts';
import type { Queue } from './queue.ts';

/** What waking runs needs. */
export interface WakeContext {
  state: Pick<State, 'waits'>;
  queue: Queue;
  watches: readonly Watch[];
  /**
   * Looks whether a waiting condition has come true, so that a run is not woken (and billed) for nothing. Left out where no
   * database is at hand: the run then looks for itself.
   */
  confirm?: (condition: PlanCondition, subject: string) => Promise<boolean>;
}

/**
 * Wakes the runs for which one of these events may be what they wait for. Waking a run twice, or one that waits no longer, does no
 * harm: it looks at its condition itself before it acts.
 */
export async function wakeRuns(events: readonly SkeneEvent[], context: WakeContext): Promise<Wait[]> {
  const columns = subjectColumns(context.watches, await columnsOfOldRuns(events, context));
  const topics = new Set(events.flatMap((event) => topicsOfEvent(event, columns)));
  const waits = await context.state.waits.on([...topics]);
  const woken: Wait[] = [];
  await Promise.all(
    waits.map(async (wait) => {
      const condition = wait.condition as PlanCondition;
      if (!events.some((event) => couldMeet(condition, event))) return;
      if (context.confirm !== undefined && !(await context.confirm(condition, wait.subject))) return;
      await context.queue.notify(wait.runId, wait.eventId, {});
      woken.push(wait);
    }),
  );
  return woken;
}

/** Rows may be awaited by a column that the loops as deployed now no longer name. */
async function columnsOfOldRuns(events: readonly SkeneEvent[], { state }: WakeContext) {
  return events.some((event) => event.type.startsWith('db.')) ? state.waits.columns() : [];
}

function subjectColumns(
  watches: readonly Watch[],
  waited: ReadonlyArray<{ table: string; column: string }>,
): SubjectColumns {
  const columns: Record<string, string[]> = {};
  const pairs = [
    ...watches.flatMap(({ table, subjects }) => subjects.map((column) => ({ table, column }))),
    ...waited,
  ];
  for (const { table, column } of pairs) {
    columns[table] ??= [];
    if (!columns[table].includes(column)) columns[table].push(column);
  }
  return columns;
}

/** Whether the event is of the kind that the condition waits for; the topic has already said that it is about its subject. */
function couldMeet(condition: PlanCondition, event: SkeneEvent): boolean {
  if (condition.type === 'event')
    return namesOf(condition).includes(event.type) && hasValues(event.data, condition.where);
  if (condition.type !== 'query') return false;
  return condition.wakes.some(
    ({ table, equals }) => event.type.startsWith(`db.${table}.`) && hasValues(event.data, equals),
  );
}
