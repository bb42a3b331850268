import type { WorkflowContext } from '@upstash/workflow';
import type { ActionResult, performAction } from '../actions/index.ts';
import { checkCondition, type Verdict } from '../conditions/index.ts';
import type { Database } from '../databases/index.ts';
import type { Services } from '../intake/index.ts';
import { type Plan, type PlanAction, type PlanStep, topicsOf } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { RunFact, Wait } from '../state/index.ts';
import type { PassRun } from './pass-run.ts';
import { retriable } from './retriable.ts';
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
  when(step: PlanStep, choose: (verdict: Verdict) => PlanAction | undefined): Promise<boolean>;
}

/** What a run needs from around it. */
export interface RunContext {
  context: Pick<
    WorkflowContext<RunPayload>,
    'run' | 'sleep' | 'waitForEvent' | 'workflowRunId' | 'workflowRunCreatedAt' | 'requestPayload'
  >;
  services: Services;
  database: () => Promise<Database>;
  act: (action: PlanAction, site: Parameters<typeof performAction>[1]) => Promise<ActionResult>;
}

/** Where a step stands: settled, and whether the run goes on; or waiting since a time (ms since the epoch). */
type Progress = { settled: true; goesOn: boolean } | { settled: false; since: number };

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

  /** Acts on a verdict and writes down what came of it; all of it may happen again, and then changes nothing. */
  async function settle(step: PlanStep, verdict: Verdict, action: PlanAction | undefined): Promise<Progress> {
    const facts: RunFact[] =
      step.condition === undefined ? [] : [fact(step, verdict.met ? 'met' : 'timed_out')];
    if (action !== undefined) {
      const result = await act(action, {
        runId: payload.runId,
        loop: plan.loop,
        entry: event.id,
        step: step.id,
        subject,
        scope: {
          user: await findUser(payload, { database, state: services.state }),
          row: verdict.met ? verdict.row : {},
          event: event.data ?? {},
        },
      });
      facts.push(fact(step, result.outcome, result.detail));
    }
    const goesOn = step !== plan.steps.at(-1) && (verdict.met || action !== undefined);
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

  return {
    plan,

    async delay(step) {
      if (step.delay > 0) await context.sleep(`${step.id} delay`, step.delay);
    },

    async when(step, choose) {
      const isLast = step === plan.steps.at(-1);
      const pauseOf = (since: number) =>
        nextPause(step.condition, { since, now: services.now(), longestWait: plan.longestWait });

      const look = (since: number, isOver: boolean) =>
        retriable<Progress>(async () => {
          const verdict = await check(step);
          if (verdict.met || isOver) return settle(step, verdict, choose(verdict));
          const { seconds } = pauseOf(since);
          services.report({ kind: 'waiting', runId: payload.runId, loop: plan.loop, subject, seconds });
          return { settled: false, since };
        });

      let progress = await context.run<Progress>(step.id, async () => {
        await retriable(() => listen(step));
        return look(services.now(), false);
      });
      for (let round = 1; !progress.settled; round++) {
        const { since } = progress;
        const { seconds } = pauseOf(since);
        const { timeout } = await context.waitForEvent(`${step.id} wait ${round}`, eventIdOf(payload, step), {
          timeout: seconds,
        });
        const lookAgain = () => look(since, timeout && pauseOf(since).isOver);
        // What follows the last wait needs no message of its own: its effects are idempotent, and nothing comes after them.
        progress = isLast
          ? await lookAgain()
          : await context.run<Progress>(`${step.id} after wait ${round}`, lookAgain);
      }
      return progress.goesOn;
    },
  };
}

/** The event a step's wait listens to: a run's own, so that a notify reaches nobody else. */
function eventIdOf({ runId }: RunPayload, step: PlanStep): string {
  return `${runId}-${step.id}`;
}

/**
 * The user as templates see them: the row of the users table, else what the event said. Where these have no address or name, what an
 * identity provider told.
 */
async function findUser(
  { plan, subject, event }: RunPayload,
  { database, state }: { database: () => Promise<Database>; state: Services['state'] },
): Promise<Record<string, unknown>> {
  const { table, id, email, name } = plan.users;
  const row = (await (await database()).find(table, id, subject)) ?? event.data ?? {};
  const user = { ...row, id: row[id] ?? subject, email: row[email], name: row[name] };
  if (user.email && user.name) return user;
  const contact = await state.contacts.find(subject);
  return { ...user, email: user.email || contact.email, name: user.name || contact.name };
}
