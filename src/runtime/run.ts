import type { WorkflowContext } from '@upstash/workflow';
import type { ActionResult, performAction } from '../actions/index.ts';
import { checkCondition, type Verdict } from '../conditions/index.ts';
import type { Database } from '../databases/index.ts';
import type { Services } from '../intake/index.ts';
import { type Plan, type PlanAction, type PlanStep, quietUntil, topicsOf } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { RunFact, Wait } from '../state/index.ts';
import { runAfter } from './after.ts';
import { findUser } from './find-user.ts';
import type { PassRun } from './pass-run.ts';
import { retriable } from './retriable.ts';
import { createRunTrial } from './run-trial.ts';
import { nextPause } from './waiting.ts';

/** What a story of `workflows/` is told with. */
export interface Run {
  plan: Plan;
  /** Present where a run is not about one subject: it passes over an audience. */
  audience?: PassRun | undefined;
  /** Sleeps as long as the step says, if it does. */
  delay(step: PlanStep): Promise<void>;
  /**
   * Waits until the step's condition is true or its time is up, and then does what `choose` says, in the same billed message. The
   * run listens before it looks, so that nothing written meanwhile is missed. Answers whether the run goes on: it ends where the
   * time was up and nothing was chosen.
   */
  when(step: PlanStep, choose: Choice): Promise<boolean>;
}

/** What a run needs from around it. */
export interface RunContext {
  context: Pick<
    WorkflowContext<RunPayload>,
    | 'run'
    | 'sleep'
    | 'sleepUntil'
    | 'waitForEvent'
    | 'workflowRunId'
    | 'workflowRunCreatedAt'
    | 'requestPayload'
  >;
  services: Services;
  database: () => Promise<Database>;
  act: (action: PlanAction, site: Parameters<typeof performAction>[1]) => Promise<ActionResult>;
}

/**
 * Where a step stands: settled, and whether the run goes on; or waiting since a time (ms since the epoch). What would be done now may have
 * to wait for the end of somebody's quiet hours.
 */
type Progress =
  | { settled: true; goesOn: boolean }
  | { settled: false; since: number; quiet?: Quiet['quiet'] };

/** Quiet hours in which a step would have been done, and whether its time was up by then. */
interface Quiet {
  since: number;
  quiet: { until: number; isOver: boolean };
}

/** What became of what was to be done. */
interface Performed extends Omit<ActionResult, 'outcome'> {
  outcome: ActionResult['outcome'] | 'held_out';
}

/** What is done on a verdict. */
type Choice = (verdict: Verdict) => PlanAction | undefined;

/** The verbs of one run. */
export function createRun(runContext: RunContext): Run {
  const { context, services, database, act } = runContext;
  const payload = context.requestPayload;
  const { plan, subject, event } = payload;
  const since = event.time === undefined ? context.workflowRunCreatedAt : Date.parse(event.time);

  const check = (step: PlanStep): Promise<Verdict> =>
    checkCondition(step.condition, { subject, since }, { database, state: services.state });

  function fact(step: PlanStep, outcome: string, detail?: Record<string, unknown>): RunFact {
    return {
      runId: payload.runId,
      loop: plan.loop,
      subject,
      outcome,
      step: step.id,
      at: services.now(),
      detail,
    };
  }

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

  const trial = createRunTrial(payload, services);
  const userOf = () => findUser(payload, { database, state: services.state });

  /** When an action may be done that has to wait for the end of its subject's quiet hours, ms since the epoch. */
  async function quietEnd(action: PlanAction | undefined): Promise<number | undefined> {
    const hours = plan.rules?.quietHours;
    if (hours === undefined || action?.type !== 'email' || action.kind !== 'marketing') return undefined;
    const user = await userOf();
    return quietUntil(hours, { timezone: user[plan.users.timezone ?? 'timezone'], now: services.now() });
  }

  /** Does what falls to the subject, or nothing where they are held out, and counts it. */
  async function perform(step: PlanStep, verdict: Verdict, action: PlanAction): Promise<Performed> {
    const user = await userOf();
    const site = {
      caps: plan.rules?.caps ?? [],
      runId: payload.runId,
      loop: plan.loop,
      entry: event.id,
      step: step.id,
      subject,
      scope: { user, row: verdict.met ? verdict.row : {}, event: event.data ?? {} },
    };
    // What only says what has happened is kept from nobody.
    if (action.type === 'block' || action.type === 'convert') return act(action, site);
    const assigned = await trial.assign(step, action, user.email);
    const result: Performed = assigned.isHeldOut
      ? { outcome: 'held_out', detail: {} }
      : await act(assigned.action, site);
    await trial.note({ step, action, arm: assigned.arm }, result.outcome);
    if (plan.type === 'freemium' && result.outcome === 'sent')
      await services.state.conversions.touch(subject, plan.loop, { touch: 'prompt', at: services.now() });
    return result;
  }

  /** Acts on a verdict and writes down what came of it; all of it may happen again, and then changes nothing. */
  async function settle(step: PlanStep, verdict: Verdict, action: PlanAction | undefined): Promise<Progress> {
    const facts: RunFact[] =
      step.condition === undefined ? [] : [fact(step, verdict.met ? metOutcome(step) : 'timed_out')];
    let isHeldOut = false;
    await trial.settle(step, verdict);
    if (action !== undefined) {
      const result = await perform(step, verdict, action);
      isHeldOut = result.outcome === 'held_out';
      facts.push(fact(step, result.outcome, result.detail));
      const isDone = result.outcome === 'sent' || result.outcome === 'done';
      if (step.after !== undefined && isDone && action === step.action)
        await runAfter([{ sql: step.after, subject, loop: plan.loop }], {
          database: await database(),
          report: services.report,
        });
    }
    const goesOn = step !== plan.steps.at(-1) && (verdict.met || action !== undefined) && !isHeldOut;
    await writeDown(step, facts, goesOn);
    return { settled: true, goesOn };
  }

  async function writeDown(step: PlanStep, facts: RunFact[], goesOn: boolean): Promise<void> {
    const topics = step.condition === undefined ? [] : topicsOf(step.condition, subject);
    const [news] = await Promise.all([
      services.state.runLog.record(
        facts.map((item, index) => ({ ...item, final: !goesOn && index === facts.length - 1 })),
      ),
      services.state.waits.remove({ runId: context.workflowRunId, subject }, topics),
      goesOn ? undefined : services.state.claims.settle([payload.runId], 'ended'),
    ]);
    if (news === 0) return;
    for (const { outcome, detail } of facts)
      services.report({ kind: 'outcome', runId: payload.runId, loop: plan.loop, subject, outcome, detail });
  }

  const pauseOf = (step: PlanStep, since: number) =>
    nextPause(step.condition, { since, now: services.now(), longestWait: plan.longestWait });

  /** Looks at a step's condition, and acts where it is true or the time is up and nobody's quiet hours are in the way. */
  const look = (step: PlanStep, choose: Choice, { since, isOver }: { since: number; isOver: boolean }) =>
    retriable<Progress>(async () => {
      const verdict = await check(step);
      if (verdict.met || isOver) {
        const action = choose(verdict);
        const until = await quietEnd(action);
        if (until === undefined) return settle(step, verdict, action);
        await services.state.runLog.record([fact(step, 'postponed', { reason: 'quiet hours', until })]);
        return { settled: false, since, quiet: { until, isOver } };
      }
      const { seconds } = pauseOf(step, since);
      services.report({ kind: 'waiting', runId: payload.runId, loop: plan.loop, subject, seconds });
      return { settled: false, since };
    });

  /** Waits for a change, or for as long as it makes sense; answers whether the step's time is up. */
  async function wait(step: PlanStep, round: number, since: number): Promise<boolean> {
    const { seconds } = pauseOf(step, since);
    const { timeout } = await context.waitForEvent(`${step.id} wait ${round}`, eventIdOf(payload, step), {
      timeout: seconds,
    });
    return timeout && pauseOf(step, since).isOver;
  }

  /** Sleeps through quiet hours; a condition that was true may have ceased to be, and then the wait goes on if it has time left. */
  async function sleepOut(step: PlanStep, round: number, { since, quiet }: Quiet): Promise<boolean> {
    await context.sleepUntil(`${step.id} quiet hours ${round}`, new Date(quiet.until));
    return quiet.isOver || pauseOf(step, since).isOver;
  }

  return {
    plan,

    async delay(step) {
      // The Upstash plan may not let it sleep so long at once.
      for (let left = step.delay, part = 1; left > 0; left -= plan.longestWait, part++)
        await context.sleep(
          part === 1 ? `${step.id} delay` : `${step.id} delay ${part}`,
          Math.min(left, plan.longestWait),
        );
    },

    async when(step, choose) {
      // What follows the last wait needs no message of its own: its effects are idempotent, and only another wait comes after them. Quiet
      // hours come after them too, and have to come again in their place.
      const needsNoStep = step === plan.steps.at(-1) && plan.rules?.quietHours === undefined;
      let progress = await context.run<Progress>(step.id, async () => {
        await retriable(() => listen(step));
        return look(step, choose, { since: services.now(), isOver: false });
      });
      for (let round = 1; !progress.settled; round++) {
        const { since, quiet } = progress;
        const isOver =
          quiet === undefined
            ? await wait(step, round, since)
            : await sleepOut(step, round, { since, quiet });
        const lookAgain = () => look(step, choose, { since, isOver });
        progress = needsNoStep
          ? await lookAgain()
          : await context.run<Progress>(`${step.id} after wait ${round}`, lookAgain);
      }
      return progress.goesOn;
    },
  };
}

/** That a limit was met is told by the name that people know it by. */
function metOutcome({ action }: PlanStep): string {
  return action.type === 'block' ? 'blocked' : 'met';
}

/** The event a step's wait listens to: a run's own, so that a notify reaches nobody else. */
function eventIdOf({ runId }: RunPayload, step: PlanStep): string {
  return `${runId}-${step.id}`;
}
