import type { Plan, PlanStep } from '../plan/index.ts';
import type { PassRun } from './pass-run.ts';
import type { RunContext } from './run-context.ts';
import { type Choice, createStepWork, type Progress, stepAfter, stepNamed } from './step-work.ts';

/** What a story of `workflows/` is told with. */
export interface Run {
  /** The definition that it began with. */
  plan: Plan;
  /** Present where a run is not about one subject: it passes over an audience. */
  audience?: PassRun | undefined;
  /** Sleeps as long as the step says, if it does. */
  delay(step: PlanStep): Promise<void>;
  /**
   * Waits until the step's condition is true or its time is up, and then does what `choose` says, in the same billed message. The
   * run listens before it looks, so that nothing written meanwhile is missed. Answers with the step that comes next: with none where the
   * time was up and nothing was chosen, where it was the last, and where another definition of the loop has taken the place of this one.
   */
  when(step: PlanStep, choose: Choice): Promise<PlanStep | undefined>;
}

/** The verbs of one run. */
export function createRun(runContext: RunContext): Run {
  const { context } = runContext;
  const payload = context.requestPayload;
  let work = createStepWork(payload, runContext);

  /** Goes on by another plan where the result of a step says so: the same then, at every call that repeats the run's way. */
  function goOnBy({ plan }: Progress, step: PlanStep): PlanStep {
    if (plan === undefined) return step;
    work = createStepWork({ ...payload, plan }, runContext);
    return stepNamed(plan, step.id) ?? step;
  }

  /** Waits for a change, for as long as it makes sense; or sleeps through quiet hours. Answers whether nothing has woken the run. */
  async function wait(step: PlanStep, round: number, { since, quiet }: Waiting): Promise<boolean> {
    if (quiet !== undefined) {
      await context.sleepUntil(`${step.id} quiet hours ${round}`, new Date(quiet.until));
      return true;
    }
    const { timeout } = await context.waitForEvent(`${step.id} wait ${round}`, work.eventId(step), {
      timeout: work.pauseOf(step, since).seconds,
    });
    return timeout;
  }

  return {
    plan: payload.plan,

    async delay(step) {
      // The Upstash plan may not let it sleep so long at once.
      const { longestWait } = work.plan;
      for (let left = step.delay, part = 1; left > 0; left -= longestWait, part++)
        await context.sleep(
          part === 1 ? `${step.id} delay` : `${step.id} delay ${part}`,
          Math.min(left, longestWait),
        );
    },

    async when(step, choose) {
      let now = step;
      let progress = await context.run<Progress>(step.id, () => work.begin(step, choose));
      for (let round = 1; !progress.settled; round++) {
        now = goOnBy(progress, now);
        const { since, quiet } = progress;
        const isTimedOut = await wait(now, round, progress);
        const lookAgain = (isDurable: boolean) =>
          work.lookAgain(now, choose, { since, quiet, isTimedOut, isDurable });
        progress = work.endsFree(now)
          ? await lookAgain(false)
          : await context.run<Progress>(`${now.id} after wait ${round}`, () => lookAgain(true));
      }
      now = goOnBy(progress, now);
      return progress.goesOn ? stepAfter(work.plan, now.id) : undefined;
    },
  };
}

type Waiting = Extract<Progress, { settled: false }>;
