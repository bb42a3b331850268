import type { DlqEntry } from '../dlq.ts';
import type { Engine } from '../engine.ts';
import { createId } from '../identifiers.ts';
import { RequestError } from '../request-error.ts';
import type { Settings } from '../settings.ts';
import type { Run } from './run.ts';
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
 * The deliveries that a failed run was still to make: the one that failed, and every parallel step without a result.
 * A failed callback is made up for by the delivery that called.
 */
function unfinished(run: Run): number[] {
  const results = new Set(run.steps.slice(1).map((step) => step.stepId));
  const plans = run.steps
    .map((step, index) => ({ step, index }))
    .filter(({ step, index }) => index > 0 && step.stepId === 0)
    .filter(({ step }) => !results.has(Number((JSON.parse(step.body) as { targetStep?: number }).targetStep)))
    .map(({ index }) => index);
  const failed = run.failed?.stepIndex ?? (plans.length > 0 ? undefined : run.steps.length - 1);
  return failed === undefined || plans.includes(failed) ? plans : [failed, ...plans];
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
  const kept = how.mode === 'resume' ? run.steps : run.steps.slice(0, 1);
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
    { notBefore: how.notBefore, deliver: how.mode === 'resume' ? unfinished(run) : [0] },
  );
  engine.store.commit({ type: 'buried', id: entry.dlqId });
  return { workflowRunId, workflowCreatedAt };
}
