import type { ActionResult } from '../actions/index.ts';
import type { Verdict } from '../conditions/index.ts';
import { type PlanAction, type PlanStep, quietUntil } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { RunFact } from '../state/index.ts';
import { runAfter } from './after.ts';
import { findUser } from './find-user.ts';
import type { RunContext } from './run-context.ts';
import { createRunTrial } from './run-trial.ts';

/** What became of what was to be done. */
interface Performed extends Omit<ActionResult, 'outcome'> {
  outcome: ActionResult['outcome'] | 'held_out';
}

/** What a run does to the outside, by the plan of its payload. All of it may happen again, and then changes nothing. */
export function createStepEffects(
  payload: RunPayload,
  { services, database, act }: Pick<RunContext, 'services' | 'database' | 'act'>,
) {
  const { plan, subject, event } = payload;

  function fact(step: PlanStep, outcome: string, detail?: Record<string, unknown>): RunFact {
    const { runId } = payload;
    return { runId, loop: plan.loop, subject, outcome, step: step.id, at: services.now(), detail };
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

  /** Does what was chosen; answers what came of it, and whether the run may go on. */
  async function doChosen(
    step: PlanStep,
    verdict: Verdict,
    action: PlanAction | undefined,
  ): Promise<{ facts: RunFact[]; mayGoOn: boolean }> {
    const facts: RunFact[] =
      step.condition === undefined ? [] : [fact(step, verdict.met ? metOutcome(step) : 'timed_out')];
    await trial.settle(step, verdict);
    if (action === undefined) return { facts, mayGoOn: verdict.met };
    const result = await perform(step, verdict, action);
    facts.push(fact(step, result.outcome, result.detail));
    const isDone = result.outcome === 'sent' || result.outcome === 'done';
    if (step.after !== undefined && isDone && action === step.action)
      await runAfter([{ sql: step.after, subject, loop: plan.loop }], {
        database: await database(),
        report: services.report,
      });
    return { facts, mayGoOn: result.outcome !== 'held_out' };
  }

  return { fact, quietEnd, doChosen };
}

/** That a limit was met is told by the name that people know it by. */
function metOutcome({ action }: PlanStep): string {
  return action.type === 'block' ? 'blocked' : 'met';
}
