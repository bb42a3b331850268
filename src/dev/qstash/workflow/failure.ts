import { type Answer, viewAnswerHeaders } from '../attempt.ts';
import type { DlqEntry } from '../dlq.ts';
import type { Engine } from '../engine.ts';
import type { Failure, Message } from '../message.ts';
import { endRun } from './ending.ts';
import type { FailureCall, Run } from './run.ts';

/** Fails a run for good: into the dead-letter queue, its failure function is called, its invoker told. */
export function failRun(
  engine: Engine,
  run: Run,
  failed: { entry: DlqEntry; failure: Failure; callFailureFunction: () => Message | undefined },
): void {
  const { entry, failure, callFailureFunction } = failed;
  engine.store.commit({ type: 'dead', entry });
  noteStarted(engine, run, callFailureFunction());
  endRun(engine, run, {
    state: 'RUN_FAILED',
    dlqId: entry.dlqId,
    failed: {
      messageId: entry.message.id,
      stepIndex: entry.message.stepIndex,
      failures: [...(entry.message.failures ?? []), failure],
    },
  });
}

/** Notes that a run's failure function is being called by `message`, if there is one to call. */
export function noteStarted(engine: Engine, run: Run, message: Message | undefined): void {
  if (message === undefined) return;
  const call: FailureCall = { messageId: message.id, url: message.url, state: 'CALLBACK_INPROGRESS' };
  engine.store.commit({ type: 'failure-call', runId: run.id, call });
}

/** Notes what came of calling a run's failure function. */
export function noteFailureCall(
  engine: Engine,
  message: Message,
  { answer, failed }: { answer: Answer; failed: boolean },
): void {
  const run = engine.runOf(message);
  if (run === undefined) return;
  if (answer.headers['upstash-workflow-failure-callback-notfound'] !== undefined) {
    engine.store.commit({ type: 'failure-call', runId: run.id });
    return;
  }
  const call: FailureCall = {
    messageId: message.id,
    url: message.url,
    state: failed ? 'CALLBACK_FAIL' : 'CALLBACK_SUCCESS',
    responseStatus: answer.status,
    responseBody: answer.error ?? answer.body.data,
    responseHeaders: viewAnswerHeaders(answer.headers),
  };
  engine.store.commit({ type: 'failure-call', runId: run.id, call });
}
