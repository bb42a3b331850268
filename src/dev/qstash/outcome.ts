import { type Answer, viewAnswerHeaders } from './attempt.ts';
import { callFailureFunction, sendReport } from './callbacks.ts';
import type { DlqEntry } from './dlq.ts';
import type { Engine } from './engine.ts';
import { createId } from './identifiers.ts';
import type { Failure, Message } from './message.ts';
import { nextDelayMs } from './retry.ts';
import { noteScheduleState } from './schedules.ts';
import { failRun, noteFailureCall } from './workflow/failure.ts';

/** The endpoint's way of saying that trying again is of no use. */
const NON_RETRYABLE_STATUS = 489;

/**
 * Deals with the answer to an attempt: 2xx is success, everything else is tried again until the retries are used up.
 * Whatever follows from the answer is kept before the message is dropped: a kill in between repeats, never loses.
 */
export function settle(engine: Engine, message: Message, answer: Answer): void {
  const misfit = describeMisfit(engine, message, answer);
  if (misfit !== undefined) {
    giveUp(engine, message, { ...answer, error: misfit });
    return;
  }
  if (isSuccess(answer)) {
    succeed(engine, message, answer);
    return;
  }
  const retries = engine.settingsOf(message).retries ?? 0;
  if (isFinal(answer) || message.attempts >= retries) giveUp(engine, message, answer);
  else retry(engine, message, answer);
}

const isSuccess = ({ status, error }: Answer): boolean =>
  error === undefined && status >= 200 && status < 300;

const isFinal = ({ status, headers }: Answer): boolean =>
  status === NON_RETRYABLE_STATUS && headers['upstash-nonretryable-error']?.[0] === 'true';

/** The texts are QStash's own: users search for them. */
function describeMisfit(engine: Engine, message: Message, answer: Answer): string | undefined {
  const run = engine.runOf(message);
  if (message.kind !== 'step' || message.stepIndex !== 0 || run === undefined || !isSuccess(answer))
    return undefined;
  if (run.unknownSdk && answer.headers['upstash-workflow-sdk'] === undefined) {
    return 'trigger rest api is only usable with sdk versions after v1.0.0 major version';
  }
  if (run.detectsTrigger && answer.headers['upstash-workflow-sdk-version'] === undefined) {
    return 'detected a non-workflow destination for trigger/invoke. make sure you are sending the request to the correct endpoint';
  }
  return undefined;
}

function succeed(engine: Engine, message: Message, answer: Answer): void {
  sendReport(engine, message, answer);
  if (message.kind === 'failure') noteFailureCall(engine, message, { answer, failed: false });
  noteScheduleState(engine, message, 'SUCCESS');
  log(engine, message, { state: 'DELIVERED' });
  engine.finish(message);
}

function retry(engine: Engine, message: Message, answer: Answer): void {
  const now = engine.clock.now();
  const { retryDelay, callback } = engine.settingsOf(message);
  const due = now + nextDelayMs({ retried: message.attempts, retryDelay, headers: answer.headers, now });
  const failure = toFailure(answer, now);
  log(engine, message, { state: 'ERROR', failure });
  log(engine, message, { state: 'RETRY', nextDeliveryTime: due });
  if (callback !== undefined && message.kind !== 'call') sendReport(engine, message, answer);
  engine.store.commit({
    type: 'attempted',
    id: message.id,
    due,
    failure: message.runId === undefined ? undefined : failure,
  });
  engine.dispatcher.schedule(message);
}

function giveUp(engine: Engine, message: Message, answer: Answer): void {
  const failure = toFailure(answer, engine.clock.now());
  log(engine, message, { state: 'ERROR', failure });
  log(engine, message, { state: 'FAILED', failure });
  noteScheduleState(engine, message, 'FAIL');
  const run = engine.runOf(message);
  if (message.kind === 'failure' && run !== undefined) {
    noteFailureCall(engine, message, { answer, failed: true });
    engine.finish(message);
  } else if (run !== undefined && message.kind !== 'call') {
    const entry = toDlqEntry(engine, message, answer);
    failRun(engine, run, { entry, failure, callFailureFunction: () => callFailureFunction(engine, entry) });
  } else {
    giveUpPlain(engine, message, answer);
  }
}

/** A call's failure is a result its workflow gets; a plain message goes to the dead-letter queue. */
function giveUpPlain(engine: Engine, message: Message, answer: Answer): void {
  sendReport(engine, message, answer);
  if (message.kind !== 'call') {
    const entry = toDlqEntry(engine, message, answer);
    engine.store.commit({ type: 'dead', entry });
    callFailureFunction(engine, entry);
  }
  engine.finish(message);
}

function toDlqEntry(engine: Engine, message: Message, answer: Answer): DlqEntry {
  return {
    dlqId: createId('dlq'),
    order: engine.store.state.lastOrder + 1,
    message: { ...message },
    settings: engine.settingsOf(message),
    content: engine.contentOf(message),
    answer,
    at: engine.clock.now(),
    runId: message.runId,
  };
}

/** The failed attempt as logs show it. */
function toFailure(answer: Answer, time: number): Failure {
  const { status, body } = answer;
  const error = answer.error ?? `endpoint answered with status ${status}`;
  return { status, headers: viewAnswerHeaders(answer.headers), body, error, time };
}

function log(
  engine: Engine,
  message: Message,
  entry: { state: 'DELIVERED' | 'ERROR' | 'RETRY' | 'FAILED'; failure?: Failure; nextDeliveryTime?: number },
): void {
  engine.logs.add({ ...entry, time: engine.clock.now(), message, settings: engine.settingsOf(message) });
}
