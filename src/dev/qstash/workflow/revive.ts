import type { DlqEntry } from '../dlq.ts';
import { parseDuration } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { createId } from '../identifiers.ts';
import { RequestError } from '../request-error.ts';
import type { Settings } from '../settings.ts';
import type { Run, Step } from './run.ts';
import { beginRun } from './start.ts';

/** What a resumed or restarted run is called. */
export interface Revived {
  workflowRunId: string;
  workflowCreatedAt: number;
}

/** The failed run of a dead-letter entry. Throws a 400 when the entry is none of a workflow, a 404 when it is too old. */
export function requireFailedRun(engine: Engine, entry: DlqEntry): Run {
  if (entry.runId === undefined) throw new RequestError(400, `${entry.dlqId} is not a workflow message`);
  const run = engine.store.state.runs.get(entry.runId);
  if (run === undefined) throw new RequestError(404, `the run of ${entry.dlqId} is no longer kept`);
  return run;
}

/**
 * A run's steps, each once. A step whose answer was lost was submitted again; what is delivered up to its second coming is passed over by
 * the SDK, and a run that went on from there would wait for good.
 */
function withoutRepeats(steps: readonly Step[]): Step[] {
  const found = new Map<string, Step>();
  for (const [index, step] of steps.entries()) {
    const identity =
      step.stepId === 0 && index > 0 ? `plan of ${readStep(step).targetStep}` : `${step.stepId}`;
    if (!found.has(identity)) found.set(identity, step);
  }
  return [...found.values()];
}

/** As much of a step as says where it belongs and until when it sleeps. The first entry of a run is none: it holds any payload. */
interface StepText {
  targetStep?: number;
  /** In seconds. */
  sleepFor?: number | string;
  /** In seconds since the epoch. */
  sleepUntil?: number;
}

const readStep = ({ body }: Step): StepText => JSON.parse(body) as StepText;

/** When the delivery of a step is due, in ms: one that sleeps has slept since it was first submitted. */
function dueOf(step: Step, index: number): number {
  if (index === 0) return 0;
  const { sleepFor, sleepUntil } = readStep(step);
  if (sleepUntil !== undefined) return sleepUntil * 1000;
  if (sleepFor === undefined) return 0;
  return step.at + (typeof sleepFor === 'number' ? sleepFor * 1000 : (parseDuration(sleepFor) ?? 0));
}

/**
 * The deliveries that a failed run was still to make: the one up to its last step, which may be further on than the one that failed; or,
 * among parallel steps, the one that failed and every step without a result. A failed callback is made up for by the delivery that called.
 */
function unfinished(steps: readonly Step[], failedId: string | undefined): number[] {
  const results = new Set(steps.slice(1).map((step) => step.stepId));
  const plans = steps.flatMap((step, index) =>
    index > 0 && step.stepId === 0 && !results.has(Number(readStep(step).targetStep)) ? [index] : [],
  );
  if (plans.length === 0) return [steps.length - 1];
  const failed = steps.findIndex(({ messageId }) => messageId === failedId);
  return failed < 0 || plans.includes(failed) ? plans : [failed, ...plans];
}

/**
 * Starts a failed run anew under a new id: `resume` keeps what its steps came to and goes on where it failed,
 * `restart` begins with the initial payload. `overrides` win over the run's settings. The entry leaves the queue.
 */
export function revive(
  engine: Engine,
  entry: DlqEntry,
  how: { mode: 'resume' | 'restart'; overrides: Partial<Settings>; notBefore: number },
): Revived {
  const run = requireFailedRun(engine, entry);
  const kept = how.mode === 'resume' ? withoutRepeats(run.steps) : run.steps.slice(0, 1);
  const { workflowRunId, workflowCreatedAt } = beginRun(
    engine,
    {
      id: createId('wfr'),
      url: run.url,
      settings: { ...run.settings, ...how.overrides },
      callerIp: run.callerIp,
      invoker: run.invoker,
      detectsTrigger: run.detectsTrigger ?? false,
      unknownSdk: how.mode === 'restart' ? run.unknownSdk : undefined,
      steps: kept.map((step) => ({ ...step, messageId: createId('msg') })),
    },
    unfinished(kept, run.steps[run.failed?.stepIndex ?? -1]?.messageId).map((stepIndex) => ({
      stepIndex,
      notBefore: Math.max(how.notBefore, dueOf(kept[stepIndex] as Step, stepIndex)),
    })),
  );
  engine.store.commit({ type: 'buried', id: entry.dlqId });
  return { workflowRunId, workflowCreatedAt };
}
