import type { Engine } from '../engine.ts';
import { type Failure, type Message, viewContent, viewHeaders, viewHeaderValues } from '../message.ts';
import { type CalledEndpoint, initialPayload, type Run, type Step, type Waiter } from './run.ts';

/** One step as a run's log shows it. */
export interface StepLog {
  stepId?: number;
  stepName: string;
  state: 'STEP_PROGRESS' | 'STEP_SUCCESS' | 'STEP_RETRY' | 'STEP_FAILED';
  [field: string]: unknown;
}

/** What the log of a run is made from. */
export interface LoggedRun {
  engine: Engine;
  run: Run;
  /** Its messages that are under way. */
  pending: readonly Message[];
  /** Those of them that carry steps, by the index of the last one. */
  byIndex: ReadonlyMap<number, Message>;
}

/** A failed attempt as logs show it. */
export function viewFailure({ status, headers, body, error, time }: Failure): object {
  return { error, body: body.data, headers, status, time };
}

/** The step as the SDK submitted it. */
function parseStep(step: Step): Record<string, unknown> {
  return JSON.parse(step.body) as Record<string, unknown>;
}

/** What every step's log has. */
function baseLog(run: Run, at: { messageId: string; createdAt: number }) {
  return {
    ...at,
    callType: 'step',
    retries: run.settings.retries ?? 0,
    retryDelay: run.settings.retryDelay,
    concurrent: 1,
    headers: {},
  };
}

function submittedLog(run: Run, step: Step, parsed: Record<string, unknown>) {
  const { targetStep: _, state: __, ...fields } = parsed;
  return {
    ...baseLog(run, { messageId: step.messageId, createdAt: step.at }),
    ...fields,
    stepName: String(parsed.stepName ?? ''),
  };
}

const isRetried = (message: Message | undefined): boolean => (message?.failures?.length ?? 0) > 0;

/** When a message that has failed is tried again. */
const retryTime = (message: Message | undefined): { nextDeliveryTime?: number } =>
  message !== undefined && isRetried(message) ? { nextDeliveryTime: message.due } : {};

/** A step that is in the run's list: it has its result, or it is a sleep that has not ended. */
export function viewStep({ engine, run, byIndex }: LoggedRun, step: Step, index: number): StepLog {
  if (index === 0) {
    const init = { stepId: 0, stepName: 'init', stepType: 'Initial', out: viewPayload(run) };
    return { ...submittedLog(run, step, init), state: 'STEP_SUCCESS' };
  }
  const parsed = parseStep(step);
  const message = byIndex.get(index);
  const sleeps = message !== undefined && message.attempts === 0 && message.due > engine.clock.now();
  return {
    ...submittedLog(run, step, parsed),
    ...resultFields(engine, run, parsed),
    state: sleeps ? 'STEP_PROGRESS' : 'STEP_SUCCESS',
  };
}

/** What a run was started with: as text, as base64 where it is none, or redacted. */
function viewPayload(run: Run): string {
  const { body, bodyBase64 } = viewContent(initialPayload(run), run.settings);
  return bodyBase64 ?? body;
}

/** What the log adds to a step that has its result, by the kind of step. */
function resultFields(engine: Engine, run: Run, parsed: Record<string, unknown>): object {
  const { stepType, out } = parsed;
  const stepId = Number(parsed.stepId);
  // What a wait brought travels in base64; logs show the text.
  if (stepType === 'Wait' && typeof out === 'string') return { out: Buffer.from(out, 'base64').toString() };
  if (stepType === 'Call') return { ...callFields(run.calls?.[stepId]), ...responseFields(out) };
  return stepType === 'Invoke' ? invokeFields(engine, run.invoked?.[stepId]) : {};
}

function callFields(called: CalledEndpoint | undefined): object {
  if (called === undefined) return {};
  return {
    callUrl: called.url,
    callMethod: called.method,
    callHeaders: viewHeaderValues(called.headers),
    callBody: called.body,
  };
}

/** The SDK submits the answer to a call as JSON in `out`. */
function responseFields(out: unknown): object {
  if (typeof out !== 'string') return {};
  try {
    const { status, body, header } = JSON.parse(out);
    return { callResponseStatus: status, callResponseBody: body, callResponseHeaders: header };
  } catch {
    return {};
  }
}

function invokeFields(engine: Engine, runId: string | undefined): object {
  const child = runId === undefined ? undefined : engine.store.state.runs.get(runId);
  if (child === undefined) return { invokedWorkflowRunId: runId };
  return {
    invokedWorkflowRunId: child.id,
    invokedWorkflowUrl: child.url,
    invokedWorkflowCreatedAt: child.createdAt,
    invokedWorkflowRunBody: viewPayload(child),
    invokedWorkflowRunHeaders: viewHeaders(child.settings),
  };
}

/** A parallel step without a result: only its plan is in the run's list, at `index`. */
export function viewPlanned({ run, byIndex }: LoggedRun, step: Step, index: number): StepLog {
  const plan = parseStep(step);
  const stepId = targetOf(step);
  const hasFailed = run.failed?.stepIndex === index;
  const message = byIndex.get(index);
  const failures = hasFailed ? run.failed?.failures : message?.failures;
  return {
    ...submittedLog(run, step, plan),
    ...callFields(run.calls?.[stepId]),
    ...retryTime(message),
    stepId,
    state: hasFailed ? 'STEP_FAILED' : isRetried(message) ? 'STEP_RETRY' : 'STEP_PROGRESS',
    errors: failures?.map(viewFailure),
  };
}

/** The id of the step that a plan is for. */
export function targetOf(plan: Step): number {
  return Number(parseStep(plan).targetStep);
}

/** A step that waits for an event. */
export function viewWaiting(run: Run, waiter: Waiter): StepLog {
  return {
    ...baseLog(run, { messageId: '', createdAt: waiter.createdAt }),
    ...waiter.step,
    stepId: waiter.stepId,
    stepName: String(waiter.step.stepName ?? ''),
    state: 'STEP_PROGRESS',
    waitEventId: waiter.eventId,
    waitTimeoutDuration: waiter.timeout,
    waitTimeoutDeadline: waiter.deadline,
    waitTimeout: false,
  };
}

/** A call that has not been answered for good. */
export function viewCalling(run: Run, message: Message): StepLog {
  const stepId = message.call?.stepId ?? 0;
  return {
    ...baseLog(run, { messageId: message.id, createdAt: message.createdAt }),
    ...callFields(run.calls?.[stepId]),
    ...retryTime(message),
    stepId,
    stepName: message.call?.stepName ?? '',
    stepType: 'Call',
    callType: 'toCallback',
    retries: message.settings?.retries ?? 0,
    state: isRetried(message) ? 'STEP_RETRY' : 'STEP_PROGRESS',
  };
}

/** A step that waits for the result of the run it invoked. */
export function viewInvoking(engine: Engine, run: Run, child: Run): StepLog {
  const step = child.invoker?.step ?? {};
  return {
    ...baseLog(run, { messageId: child.steps[0]?.messageId ?? '', createdAt: child.createdAt }),
    ...step,
    ...invokeFields(engine, child.id),
    stepName: String(step.stepName ?? ''),
    state: 'STEP_PROGRESS',
  };
}

/** The delivery that will make the run's next step, or that failed to. */
export function viewNext(
  run: Run,
  delivery: { messageId: string; failures: readonly Failure[]; message?: Message },
): object {
  const { messageId, failures, message } = delivery;
  const retried = failures.length > 0 ? 'STEP_RETRY' : 'STEP_PROGRESS';
  return {
    messageId,
    stepName: failures.at(-1)?.headers['Upstash-Error-Step-Name']?.[0],
    state: message === undefined ? 'STEP_FAILED' : retried,
    retries: run.settings.retries ?? 0,
    retryDelay: run.settings.retryDelay,
    ...retryTime(message),
    errors: failures.length > 0 ? failures.map(viewFailure) : undefined,
  };
}
