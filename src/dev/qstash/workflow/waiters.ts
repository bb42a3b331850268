import { type Content, toBase64 } from '../content.ts';
import { parseDuration } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { RequestError } from '../request-error.ts';
import { appendStep } from './append.ts';
import type { SavedEvent, Waiter } from './run.ts';
import { checkStep, requireActiveRun } from './submit.ts';

/** One notified waiter, as `POST /v2/notify` answers. */
export interface Notified {
  waiter: object | null;
  messageId: string;
  error: string;
  workflowRunId: string;
  workflowCreatedAt?: number;
}

/** How long a step waits when the SDK does not say: its documented default. */
const DEFAULT_TIMEOUT = '7d';

function readRunId(headers: unknown): string {
  if (typeof headers === 'object' && headers !== null) {
    for (const [name, values] of Object.entries(headers)) {
      const value: unknown = Array.isArray(values) ? values[0] : values;
      if (name.toLowerCase() === 'upstash-workflow-runid' && typeof value === 'string') return value;
    }
  }
  throw new RequestError(400, 'timeoutHeaders must name the run in Upstash-Workflow-Runid');
}

function readTimeout(value: unknown, longestMs: number): { timeout: string; timeoutMs: number } {
  const timeout =
    typeof value === 'number' ? `${value}s` : value === undefined ? DEFAULT_TIMEOUT : String(value);
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === undefined) throw new RequestError(400, `invalid timeout "${timeout}"`);
  if (timeoutMs > longestMs)
    throw new RequestError(412, `timeout is longer than ${longestMs / 86_400_000} days`);
  return { timeout, timeoutMs };
}

/**
 * Answers `POST /v2/wait/{eventId}`: the step goes on at once when its event has been saved, else it waits. A step that
 * waits already, or that has its result, is left as it is: the SDK repeats itself when a delivery is made twice.
 */
export function wait(engine: Engine, eventId: string, body: Record<string, unknown>): void {
  const run = requireActiveRun(engine, readRunId(body.timeoutHeaders));
  const step = checkStep(body.step);
  const stepId = Number(step.stepId);
  const { timeout, timeoutMs } = readTimeout(body.timeout, engine.options.limits.delayMs);
  const hasResult = stepId !== 0 && run.steps.some((other) => other.stepId === stepId);
  if (hasResult || run.waiters.some((waiter) => waiter.stepId === stepId)) return;
  const createdAt = engine.clock.now();
  const url = typeof body.url === 'string' ? body.url : run.url;
  const waiter = {
    runId: run.id,
    eventId,
    stepId,
    deadline: createdAt + timeoutMs,
    timeout,
    url,
    step,
    createdAt,
  };
  const saved = engine.store.state.saved.get(run.id)?.find((event) => event.eventId === eventId);
  if (saved !== undefined) {
    finishWait(engine, waiter, { out: saved.out });
    engine.store.commit({ type: 'consumed', runId: run.id, eventId });
    return;
  }
  engine.store.commit({ type: 'waiting', waiter });
  armWaiter(engine, waiter);
}

/** Sets the timer at which a waiter gives up. */
export function armWaiter(engine: Engine, waiter: Waiter): void {
  const timer = engine.agenda.add(waiter.deadline, () => {
    engine.waitTimers.delete(waiter);
    wake(engine, waiter, 'timeout');
  });
  engine.waitTimers.set(waiter, timer);
}

/** Adds the step a wait has become. Returns its message's id. */
function finishWait(engine: Engine, waiter: Waiter, result: { out: string | undefined } | 'timeout'): string {
  const run = requireActiveRun(engine, waiter.runId);
  const step: Record<string, unknown> = { ...waiter.step, waitEventId: waiter.eventId };
  if (result !== 'timeout') step.out = result.out;
  step.waitTimeout = result === 'timeout';
  return appendStep(engine, run, { step, body: JSON.stringify(step), notBefore: 0, url: waiter.url });
}

function wake(engine: Engine, waiter: Waiter, result: { out: string | undefined } | 'timeout'): string {
  const timer = engine.waitTimers.get(waiter);
  if (timer !== undefined) engine.agenda.cancel(timer);
  engine.waitTimers.delete(waiter);
  const messageId = finishWait(engine, waiter, result);
  engine.store.commit({ type: 'woken', runId: waiter.runId, stepId: waiter.stepId });
  return messageId;
}

/** Wakes every step that waits for `eventId`; without one, nothing happens and nothing is kept. */
export function notifyAll(engine: Engine, eventId: string, data: Content): Notified[] {
  const out = data.data === '' ? undefined : toBase64(data);
  const waiting = [...(engine.store.state.waiters.get(eventId) ?? [])];
  return waiting.map((waiter) => viewNotified(engine, waiter, wake(engine, waiter, { out })));
}

/**
 * Wakes the step of one run that waits for `eventId`, or keeps the event until such a step comes (the run may not have
 * begun yet). A run that has ended gets nothing.
 */
export function notifyRun(engine: Engine, runId: string, event: Omit<SavedEvent, 'at'>): Notified {
  const run = engine.store.state.runs.get(runId);
  const nobody = { waiter: null, messageId: '', error: '', workflowRunId: runId };
  const waiter = run?.waiters.find((candidate) => candidate.eventId === event.eventId);
  if (waiter !== undefined) return viewNotified(engine, waiter, wake(engine, waiter, event));
  if (run === undefined ? !engine.store.state.forgottenRuns.has(runId) : run.state === 'RUN_STARTED') {
    engine.store.commit({ type: 'saved', runId, event: { ...event, at: engine.clock.now() } });
  }
  return run === undefined ? nobody : { ...nobody, workflowCreatedAt: run.createdAt };
}

function viewNotified(engine: Engine, waiter: Waiter, messageId: string): Notified {
  const run = engine.store.state.runs.get(waiter.runId);
  return {
    waiter: viewWaiter(waiter),
    messageId,
    error: '',
    workflowRunId: waiter.runId,
    ...(run === undefined ? {} : { workflowCreatedAt: run.createdAt }),
  };
}

/** A waiter as `GET /v2/waiters/{eventId}` shows it. */
export function viewWaiter(waiter: Waiter): object {
  const headers = {
    'Upstash-Workflow-Calltype': ['step'],
    'Upstash-Workflow-Init': ['false'],
    'Upstash-Workflow-Runid': [waiter.runId],
    'Upstash-Workflow-Url': [waiter.url],
  };
  return {
    url: waiter.url,
    headers,
    deadline: Math.floor(waiter.deadline / 1000),
    timeoutUrl: waiter.url,
    timeoutBody: Buffer.from(JSON.stringify(waiter.step)).toString('base64'),
    timeoutHeaders: headers,
  };
}
