import type { Engine } from '../engine.ts';
import { createId } from '../identifiers.ts';
import type { Message } from '../message.ts';
import { RequestError } from '../request-error.ts';
import type { Run } from './run.ts';

/** A step to be added to a run. */
export interface NewStep {
  step: Record<string, unknown>;
  /** The step as JSON, as it will be delivered. */
  body: string;
  /** When it is to be delivered, in ms; 0 for at once. */
  notBefore: number;
  /** Where it is to be delivered; the run's own URL unless told. */
  url?: string | undefined;
}

/**
 * Adds a step to a run and delivers the steps up to it. A run that has ended keeps the step for its log, but nothing
 * is delivered. Returns the message's id. Throws a 412 beyond the plan's number of steps.
 */
export function appendStep(engine: Engine, run: Run, { step, body, notBefore, url }: NewStep): string {
  if (run.steps.length > engine.options.limits.steps) {
    throw new RequestError(412, `a workflow run has at most ${engine.options.limits.steps} steps`);
  }
  const messageId = createId('msg');
  const at = engine.clock.now();
  const stepIndex = run.steps.length;
  engine.store.commit({
    type: 'step',
    runId: run.id,
    step: { messageId, body, stepId: Number(step.stepId), at },
  });
  if (run.state === 'RUN_STARTED') {
    engine.accept(stepMessage(run, { id: messageId, stepIndex, notBefore, url, now: at }));
  }
  return messageId;
}

/** The message that delivers a run's steps up to `stepIndex`. */
export function stepMessage(
  run: Run,
  at: { id: string; stepIndex: number; notBefore: number; now: number; url?: string | undefined },
): Message {
  return {
    id: at.id,
    kind: 'step',
    url: at.url ?? run.url,
    createdAt: at.now,
    notBefore: at.notBefore,
    attempts: 0,
    due: Math.max(at.now, at.notBefore),
    callerIp: run.callerIp,
    runId: run.id,
    stepIndex: at.stepIndex,
  };
}
