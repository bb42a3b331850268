import type { Content } from '../content.ts';
import type { Engine } from '../engine.ts';
import { createId } from '../identifiers.ts';
import { RequestError } from '../request-error.ts';
import type { Settings } from '../settings.ts';
import { appendStep, stepMessage } from './append.ts';
import type { WorkflowHeaders } from './headers.ts';
import type { Run } from './run.ts';
import { startRun } from './start.ts';

/** A message with workflow headers, as it was published. */
export interface Submission {
  workflow: WorkflowHeaders;
  url: string;
  settings: Settings;
  content: Content;
  notBefore: number;
  callerIp: string;
}

/** The answer to a publish. */
export interface Published {
  messageId: string;
  deduplicated?: true;
}

/** The text the SDK looks for to tell that a run has ended, misspelt as in the original. */
const ENDED_RUN = 'can not append to a a cancelled workflow';

/** The run with this id, if it is under way. Throws the 400 by which the SDK recognises an ended run. */
export function requireActiveRun(engine: Engine, runId: string): Run {
  const run = engine.store.state.runs.get(runId);
  if (run?.state !== 'RUN_STARTED') throw new RequestError(400, ENDED_RUN);
  return run;
}

/** Takes a message with workflow headers: it starts a run, calls an endpoint for one, or adds a step to one. */
export function submit(engine: Engine, submission: Submission): Published {
  const { workflow } = submission;
  if (workflow.init && workflow.invoke) return invoke(engine, submission);
  if (workflow.init && workflow.triggeredBySdk) return retrigger(engine, submission);
  if (workflow.init) return start(engine, submission, undefined);
  const run = requireActiveRun(engine, workflow.runId);
  return { messageId: workflow.isCall ? call(engine, run, submission) : addStep(engine, run, submission) };
}

function start(
  engine: Engine,
  submission: Submission,
  invoked: { payload: Content; invoker: Run['invoker'] } | undefined,
): Published {
  const { messageId, deduplicated } = startRun(engine, {
    id: submission.workflow.runId,
    url: submission.url,
    settings: withoutDelay(submission.settings),
    payload: invoked?.payload ?? submission.content,
    callerIp: submission.callerIp,
    notBefore: submission.notBefore,
    invoker: invoked?.invoker,
    detectsTrigger: submission.workflow.detectsTrigger,
  });
  return deduplicated ? { messageId, deduplicated } : { messageId };
}

/** The delay of a trigger is for its first delivery, not for every step. */
const withoutDelay = (settings: Settings): Settings => ({ ...settings, delayMs: undefined });

/**
 * The SDK's own trigger of a run that was started over REST: it brings the SDK's headers, and the first delivery is
 * made again. What the REST trigger said about retries, flow, labels and failures stays.
 */
function retrigger(engine: Engine, submission: Submission): Published {
  const run = engine.store.state.runs.get(submission.workflow.runId);
  if (run === undefined) return start(engine, submission, undefined);
  if (run.state !== 'RUN_STARTED') throw new RequestError(400, ENDED_RUN);
  const settings: Settings = {
    ...run.settings,
    headers: { ...run.settings.headers, ...submission.settings.headers },
  };
  engine.store.commit({ type: 'configured', runId: run.id, settings });
  const id = createId('msg');
  engine.accept(stepMessage(run, { id, stepIndex: 0, notBefore: 0, now: engine.clock.now() }));
  return { messageId: id };
}

function parseObject(content: Content, what: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = content.base64 ? undefined : JSON.parse(content.data);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new RequestError(400, `${what} must be a JSON object`);
  }
  return parsed as Record<string, unknown>;
}

function invoke(engine: Engine, submission: Submission): Published {
  const request = parseObject(submission.content, 'the body of an invocation');
  const parent = requireActiveRun(engine, String(request.workflowRunId));
  const invoker = {
    runId: parent.id,
    url: parent.url,
    createdAt: parent.createdAt,
    step: checkStep(request.step),
  };
  const body = request.body;
  return start(engine, submission, { payload: { data: typeof body === 'string' ? body : '' }, invoker });
}

/** Checks that a value can be a step: an object with a whole `stepId`. Throws a 400. */
export function checkStep(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    throw new RequestError(400, 'a step must be a JSON object');
  const step = value as Record<string, unknown>;
  if (!Number.isSafeInteger(step.stepId))
    throw new RequestError(400, 'a step must have a whole number as stepId');
  return step;
}

function addStep(engine: Engine, run: Run, submission: Submission): string {
  const step = checkStep(parseObject(submission.content, 'a step'));
  const { url, notBefore, content } = submission;
  return appendStep(engine, run, { step, body: content.data, notBefore, url });
}

function call(engine: Engine, run: Run, submission: Submission): string {
  const now = engine.clock.now();
  const id = createId('msg');
  const { callback } = submission.settings;
  engine.accept({
    id,
    kind: 'call',
    url: submission.url,
    settings: withoutDelay(submission.settings),
    content: submission.content,
    createdAt: now,
    notBefore: submission.notBefore,
    attempts: 0,
    due: Math.max(now, submission.notBefore),
    callerIp: submission.callerIp,
    runId: run.id,
    call: {
      stepId: Number(callback?.settings.headers['upstash-workflow-stepid'] ?? 0),
      stepName: callback?.settings.headers['upstash-workflow-stepname'] ?? '',
    },
  });
  return id;
}
