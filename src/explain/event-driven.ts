import { hasValues, type Plan, type PlanTrigger } from '../plan/index.ts';
import { type RunRecord, UNSETTLED } from '../state/index.ts';
import type { ExplainContext, LoopExplanation, Moment, Person } from './explain.ts';
import { sentenceOf } from './words.ts';

/** Why a loop that an event starts mailed somebody, or did not: by the runs it had for them, or by why it had none. */
export async function explainRuns(
  plan: Plan,
  person: Person,
  context: ExplainContext,
): Promise<LoopExplanation> {
  const { loop, entry } = plan;
  const steps = new Set(plan.steps.map(({ id }) => id));
  const runs = (await context.state.runLog.ofSubject(person.subject)).filter(
    (run) => run.loop === loop && run.facts.every(({ step }) => step === '' || steps.has(step)),
  );
  const [last] = runs;
  if (last === undefined) return { loop, entry, ...(await explainAbsence(plan, person, context)) };
  return { loop, entry, because: becauseOf(last, plan), story: runs.toReversed().flatMap(storyOf) };
}

function storyOf({ facts }: RunRecord): Moment[] {
  return facts.map(({ at, outcome, step, detail }) => ({ at, text: sentenceOf({ outcome, step, detail }) }));
}

function becauseOf(run: RunRecord, plan: Plan): string {
  const last = run.facts.at(-1);
  if (last === undefined || run.endedAt === undefined) {
    const settled = run.facts.filter(({ outcome }) => !UNSETTLED.includes(outcome));
    const done = new Set(settled.map(({ step }) => step));
    const step = plan.steps.find(({ id }) => !done.has(id));
    const isWaiting = step?.condition !== undefined && 'timeout' in step.condition;
    return step === undefined || !isWaiting
      ? 'Its run is under way.'
      : `Its run waits for the condition of ${step.id}, which is not true yet.`;
  }
  if (last.outcome === 'timed_out')
    return 'Not mailed: the time was up before the condition was true, and the loop says nothing to do then.';
  return sentenceOf(last);
}

/** Why no run was started. */
async function explainAbsence(
  { trigger, users }: Plan,
  { subject, row, isErased }: Person,
  { state, database }: ExplainContext,
): Promise<{ because: string; story: Moment[] }> {
  if (isErased) return nothing('They were erased; what comes about them is turned away for 30 days.');
  if (trigger.type === 'database') {
    const found =
      trigger.table === users.table ? row : await database.find(trigger.table, trigger.subject, subject);
    if (found === undefined)
      return nothing(`${trigger.table} has no row about them (by ${trigger.subject}), so nothing started.`);
    return nothing(whyNotStarted(trigger, found));
  }
  if (trigger.type === 'api') return nothing('They were never blocked at the limit, so nothing started.');
  const name = eventNameOf(trigger);
  const seen = await state.sightings.last(subject, name);
  if (seen === undefined) return nothing(`No event ${name} was ever seen of them, so nothing started.`);
  const wanted = trigger.type === 'webhook' ? (trigger.where ?? {}) : {};
  const story = [{ at: seen.at, text: `The event ${name} was seen.` }];
  const because = hasValues(seen.data, wanted)
    ? 'The event was seen and started no run that is remembered: it came before the loop was deployed, or more than 90 days ago.'
    : `The event was seen without the values that the trigger asks for: ${JSON.stringify(wanted)}.`;
  return { because, story };
}

const nothing = (because: string) => ({ because, story: [] });

function whyNotStarted(
  { table, operation, where }: Extract<PlanTrigger, { type: 'database' }>,
  row: Record<string, unknown>,
): string {
  const differing = Object.entries(where).filter(([column, value]) => !hasValues(row, { [column]: value }));
  if (differing.length > 0) {
    const found = differing.map(([column, value]) => `${column} is ${text(row[column])}, not ${text(value)}`);
    return `Their row of ${table} is not one the trigger asks for: ${found.join('; ')}.`;
  }
  return operation === 'insert'
    ? `Their row is in ${table} and started no run that is remembered: it was inserted before the loop watched the table (skene backfill starts those), or more than 90 days ago.`
    : `Their row is in ${table}; no ${operation} of it was seen since the loop watches the table.`;
}

const text = (value: unknown): string => JSON.stringify(value) ?? 'missing';

function eventNameOf(trigger: Exclude<PlanTrigger, { type: 'database' | 'api' }>): string {
  switch (trigger.type) {
    case 'event':
      return trigger.name;
    case 'webhook':
      return `${trigger.provider}.${trigger.event}`;
    case 'schedule':
      return trigger.cron;
  }
}
