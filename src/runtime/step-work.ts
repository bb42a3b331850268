import { checkCondition, type Verdict } from '../conditions/index.ts';
import { type Course, courseOf, type Plan, type PlanAction, type PlanStep, topicsOf } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import { placeOf, type RunFact, type Wait } from '../state/index.ts';
import { retriable } from './retriable.ts';
import type { RunContext } from './run-context.ts';
import { createStepEffects } from './step-effects.ts';
import { nextPause, type Pause } from './waiting.ts';

/**
 * Where a step stands, as the result of a durable step says: settled, and whether the run goes on; or waiting since a time (ms since the
 * epoch). What would be done now may have to wait for the end of somebody's quiet hours. `plan` is there where the run goes on by another one.
 */
export type Progress = { plan?: Plan | undefined } & (
  | { settled: true; goesOn: boolean }
  | { settled: false; since: number; quiet?: Quiet | undefined }
);

/** Quiet hours in which a step would have been done, and whether its time was up by then. */
export interface Quiet {
  until: number;
  isOver: boolean;
}

/** What is done on a verdict about a step, as the step is by then. */
export type Choice = (verdict: Verdict, step: PlanStep) => PlanAction | undefined;

/** How a step is looked at. */
interface Look {
  since: number;
  /** Whether its time is up. */
  isOver: boolean;
  /** Whether this is done inside a durable step, which alone may say that the run goes on otherwise than it began. */
  isDurable: boolean;
}

/** What there is to do in the steps of a run, by the plan of its payload. All of it may happen again, and then changes nothing. */
export function createStepWork(payload: RunPayload, runContext: RunContext) {
  const { context, services, database, deployed } = runContext;
  const { plan, subject, event } = payload;
  const startedAt = payload.startedAt ?? context.workflowRunCreatedAt;
  // Whoever sent the event may be ahead of us: what came after it was not before it.
  const since = event.time === undefined ? startedAt : Math.min(startedAt, Date.parse(event.time));
  const isLast = (step: PlanStep) => step === plan.steps.at(-1);

  const { fact, quietEnd, doChosen } = createStepEffects(payload, runContext);

  /** Says what to wake the run by, before its condition is looked at. */
  async function listen(step: PlanStep): Promise<void> {
    const { condition } = step;
    if (condition === undefined || !('timeout' in condition)) return;
    const wait: Wait = {
      runId: context.workflowRunId,
      eventId: eventIdOf(payload, step),
      loop: plan.loop,
      subject,
      condition,
    };
    const columns = condition.type === 'query' ? condition.wakes : [];
    await services.state.waits.add(wait, {
      topics: topicsOf(condition, subject),
      columns,
      seconds: condition.timeout,
    });
  }

  /** Waits no longer for what a step has waited for. */
  async function listenNoMore({ condition }: PlanStep): Promise<void> {
    const topics = condition === undefined ? [] : topicsOf(condition, subject);
    await services.state.waits.remove({ runId: context.workflowRunId, subject }, topics);
  }

  const verdicts = new Map<string, Verdict>();
  /** Which step comes after one that is done, and by which plan. */
  async function leave(
    step: PlanStep,
  ): Promise<{ next?: PlanStep | undefined; plan: Plan; facts: RunFact[] }> {
    const course = courseOf(plan, step.id, deployed);
    const next = stepAfter(plan, step.id);
    if (course.turn === 'end' && next !== undefined) return { plan, facts: [fact(next, 'superseded')] };
    if (course.turn !== 'follow') return { next, plan, facts: [] };
    await services.state.underWay.notePlans([course.plan], services.now());
    const facts = [fact(step, 'followed', { plan: course.plan.hash })];
    return { next: stepAfter(course.plan, step.id), plan: course.plan, facts };
  }

  /** Acts on a verdict and writes down what came of it. */
  async function settle(
    step: PlanStep,
    { verdict, action, isDurable }: { verdict: Verdict; action: PlanAction | undefined; isDurable: boolean },
  ): Promise<Progress> {
    const { facts, mayGoOn } = await doChosen(step, verdict, action);
    const onward = mayGoOn && isDurable ? await leave(step) : { plan, facts: [] };
    const next = 'next' in onward ? onward.next : undefined;
    await Promise.all([
      listenNoMore(step),
      writeDown([...facts, ...onward.facts], next && placeOf(onward.plan, next.id)),
    ]);
    return {
      settled: true,
      goesOn: next !== undefined,
      ...(onward.plan === plan ? {} : { plan: onward.plan }),
    };
  }

  /** Writes down what came of a step, and where the run is now: at its end where it is nowhere. */
  async function writeDown(facts: readonly RunFact[], place: string | undefined): Promise<void> {
    const { runId } = payload;
    const [news] = await Promise.all([
      services.state.runLog.record(
        facts.map((item, index) =>
          index < facts.length - 1
            ? item
            : place === undefined
              ? { ...item, final: true }
              : { ...item, place },
        ),
      ),
      place === undefined ? services.state.claims.settle([runId], 'ended') : undefined,
    ]);
    if (news === 0) return;
    for (const { outcome, detail } of facts)
      services.report({ kind: 'outcome', runId, loop: plan.loop, subject, outcome, detail });
  }

  const pauseOf = (step: PlanStep, waitingSince: number): Pause =>
    nextPause(step.condition, {
      since: waitingSince,
      now: services.now(),
      longestWait: plan.longestWait,
    });

  /**
   * Whether a step's condition is true now. A look without a message of its own is repeated with every call that repeats the run's way:
   * the database is asked once a call.
   */
  async function verdictOn(
    step: PlanStep,
    isDurable: boolean,
  ): Promise<{ verdict: Verdict; isRepeat: boolean }> {
    const known = isDurable ? undefined : verdicts.get(step.id);
    if (known !== undefined) return { verdict: known, isRepeat: true };
    const sources = { database, state: services.state };
    const verdict = await checkCondition(step.condition, { subject, since }, sources);
    if (!isDurable) verdicts.set(step.id, verdict);
    return { verdict, isRepeat: false };
  }

  /** Looks at a step's condition, and acts where it is true or the time is up and nobody's quiet hours are in the way. */
  async function look(
    step: PlanStep,
    choose: Choice,
    { isOver, isDurable, ...look }: Look,
  ): Promise<Progress> {
    const { verdict, isRepeat } = await verdictOn(step, isDurable);
    if (verdict.met || isOver) {
      const action = choose(verdict, step);
      const until = await quietEnd(action);
      if (until === undefined) return settle(step, { verdict, action, isDurable });
      await services.state.runLog.record([fact(step, 'postponed', { reason: 'quiet hours', until })]);
      return { settled: false, since: look.since, quiet: { until, isOver } };
    }
    const { secondsLeft: seconds } = pauseOf(step, look.since);
    if (!isRepeat)
      services.report({ kind: 'waiting', runId: payload.runId, loop: plan.loop, subject, seconds });
    return { settled: false, since: look.since };
  }

  /** Takes a step up by another plan, where the run may go on by it. */
  async function follow(step: PlanStep, course: Extract<Course, { turn: 'follow' }>) {
    await services.state.underWay.notePlans([course.plan], services.now());
    await writeDown([fact(step, 'followed', { plan: course.plan.hash })], placeOf(course.plan, step.id));
    const work = createStepWork({ ...payload, plan: course.plan }, runContext);
    return { work, step: stepNamed(course.plan, step.id) ?? step };
  }

  return {
    plan,
    listen,
    look,
    pauseOf,
    eventId: (step: PlanStep) => eventIdOf(payload, step),
    /**
     * Whether what follows a wait in this step needs no message of its own: its effects are idempotent, and nothing comes after them. Quiet
     * hours come after them, and have to come again in their place; so does another plan.
     */
    endsFree: (step: PlanStep) =>
      isLast(step) && plan.rules?.quietHours === undefined && plan.onChange !== 'follow',

    /** Begins a step: listens, and then looks, so that nothing written meanwhile is missed. */
    begin: (step: PlanStep, choose: Choice): Promise<Progress> =>
      retriable(async () => {
        const course = courseOf(plan, step.id, deployed);
        // The first step of a run begins with the run, unless it sleeps first.
        if (course.turn === 'end' && (step.delay > 0 || step !== plan.steps[0])) {
          await writeDown([fact(step, 'superseded')], undefined);
          return { settled: true, goesOn: false };
        }
        if (course.turn === 'keep' && course.because !== undefined)
          await services.state.runLog.record([fact(step, 'kept', { reason: course.because })]);
        const turned = course.turn === 'follow' ? await follow(step, course) : undefined;
        const [by, own] = [turned?.work ?? { plan, listen, look }, turned?.step ?? step];
        await by.listen(own);
        const progress = await by.look(own, choose, {
          since: services.now(),
          isOver: false,
          isDurable: true,
        });
        return turned === undefined ? progress : { plan: by.plan, ...progress };
      }),

    /** Looks again after a wait. */
    lookAgain: (
      step: PlanStep,
      choose: Choice,
      wait: { since: number; isTimedOut: boolean; quiet?: Quiet | undefined; isDurable: boolean },
    ): Promise<Progress> =>
      retriable(async () => {
        const isOverBy = (pause: Pause) => wait.quiet?.isOver === true || (wait.isTimedOut && pause.isOver);
        const course = courseOf(plan, step.id, deployed);
        const isTurning = wait.isDurable && plan.onChange === 'follow' && course.turn === 'follow';
        const looked = (isOver: boolean): Look => ({ since: wait.since, isOver, isDurable: wait.isDurable });
        if (!isTurning) return look(step, choose, looked(isOverBy(pauseOf(step, wait.since))));
        await listenNoMore(step);
        const { work, step: own } = await follow(step, course);
        await work.listen(own);
        const isOver = isOverBy(work.pauseOf(own, wait.since));
        return { plan: work.plan, ...(await work.look(own, choose, looked(isOver))) };
      }),
  };
}

/** A step of a plan by its id. */
export function stepNamed({ steps }: Plan, id: string | undefined): PlanStep | undefined {
  return steps.find((step) => step.id === id);
}

/** The step that follows another. */
export function stepAfter({ steps }: Plan, id: string): PlanStep | undefined {
  return steps[steps.findIndex((step) => step.id === id) + 1];
}

/** The event a step's wait listens to: a run's own, so that a notify reaches nobody else. */
function eventIdOf({ runId }: RunPayload, step: PlanStep): string {
  return `${runId}-${step.id}`;
}
