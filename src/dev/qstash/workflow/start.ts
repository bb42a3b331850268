import type { Content } from '../content.ts';
import type { Engine } from '../engine.ts';
import { createId } from '../identifiers.ts';
import type { Settings } from '../settings.ts';
import { stepMessage } from './append.ts';
import type { Invoker, Run, Step } from './run.ts';

/** A run to be started. */
export interface NewRun {
  id: string;
  url: string;
  settings: Settings;
  payload: Content;
  callerIp: string;
  /** When it is to be delivered first, in ms; 0 for at once. */
  notBefore: number;
  invoker?: Invoker | undefined;
  detectsTrigger: boolean;
  unknownSdk?: true | undefined;
}

/** What starting a run came to. */
export interface Started {
  messageId: string;
  workflowRunId: string;
  workflowCreatedAt: number;
  deduplicated?: true;
}

/** Whether `id` is taken: by a run under way or, unless ended ids may be reused, by one that has ended. */
function isTaken(engine: Engine, id: string): boolean {
  const { runs, forgottenRuns } = engine.store.state;
  if (runs.get(id)?.state === 'RUN_STARTED') return true;
  return !engine.options.reuseEndedRunIds && (runs.has(id) || forgottenRuns.has(id));
}

/** Starts a run, unless its id is taken: then nothing starts, and the answer says so. */
export function startRun(engine: Engine, run: NewRun): Started {
  const known = engine.store.state.runs.get(run.id);
  if (isTaken(engine, run.id)) {
    return {
      messageId: known?.steps[0]?.messageId ?? '',
      workflowRunId: run.id,
      workflowCreatedAt: known?.createdAt ?? engine.store.state.forgottenRuns.get(run.id) ?? 0,
      deduplicated: true,
    };
  }
  const { payload, notBefore, ...rest } = run;
  const first: Step = {
    messageId: createId('msg'),
    body: payload.data,
    base64: payload.base64,
    stepId: 0,
    at: engine.clock.now(),
  };
  return beginRun(engine, { ...rest, steps: [first] }, [{ stepIndex: 0, notBefore }]);
}

/** Creates a run that already has `steps`, and delivers what is named, at once or at a time (ms). */
export function beginRun(
  engine: Engine,
  run: Omit<NewRun, 'payload' | 'notBefore'> & { steps: Step[] },
  deliveries: ReadonlyArray<{ stepIndex: number; notBefore: number }>,
): Started {
  const now = engine.clock.now();
  const created: Omit<Run, 'pending' | 'waiters'> = {
    id: run.id,
    url: run.url,
    createdAt: now,
    order: engine.store.state.lastOrder + 1,
    callerIp: run.callerIp,
    settings: run.settings,
    steps: run.steps,
    state: 'RUN_STARTED',
    invoker: run.invoker,
    unknownSdk: run.unknownSdk,
    detectsTrigger: run.detectsTrigger || undefined,
  };
  engine.store.commit({ type: 'run', run: created });
  const kept = engine.store.state.runs.get(run.id);
  for (const { stepIndex, notBefore } of deliveries) {
    const id = run.steps[stepIndex]?.messageId;
    if (kept !== undefined && id !== undefined) {
      engine.accept(stepMessage(kept, { id, stepIndex, notBefore, now }));
    }
  }
  return { messageId: run.steps[0]?.messageId ?? '', workflowRunId: run.id, workflowCreatedAt: now };
}
