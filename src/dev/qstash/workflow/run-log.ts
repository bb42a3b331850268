import { viewAnswerHeaders } from '../attempt.ts';
import { toBase64 } from '../content.ts';
import type { Engine } from '../engine.ts';
import { newestFirst, paginate, readCount, readFilter } from '../filters.ts';
import type { Failure, Message } from '../message.ts';
import type { Run, Step, Waiter } from './run.ts';
import { describeRun } from './runs.ts';

/** The most runs one page shows. */
const LONGEST_PAGE = 10;

/** Answers `GET /v2/workflows/logs` and `/events`: runs, newest first, one page. */
export function listRuns(engine: Engine, query: URLSearchParams): { cursor?: string; runs: object[] } {
  const matches = readFilter(query, describeRun);
  const page = paginate(newestFirst(engine.store.state.runs).filter(matches), {
    cursor: query.get('cursor'),
    count: readCount(query, { fallback: LONGEST_PAGE, max: LONGEST_PAGE }),
  });
  const runs = page.items.map((run) => viewRun(engine, run));
  return { ...(page.cursor === undefined ? {} : { cursor: page.cursor }), runs };
}

interface StepLog {
  stepId?: number;
  stepName: string;
  state: 'STEP_PROGRESS' | 'STEP_SUCCESS' | 'STEP_RETRY' | 'STEP_FAILED';
  [field: string]: unknown;
}

interface Group {
  type: 'sequential' | 'parallel' | 'next';
  steps: object[];
}

function viewRun(engine: Engine, run: Run): object {
  const { invoker } = run;
  return {
    workflowRunId: run.id,
    workflowUrl: run.url,
    workflowState: run.state,
    workflowRunCreatedAt: run.createdAt,
    workflowRunCompletedAt: run.completedAt,
    workflowRunCallerIp: run.callerIp,
    steps: groupSteps(engine, run),
    workflowRunResponse: run.response,
    failureFunction: viewFailureCall(engine, run),
    invoker:
      invoker === undefined
        ? undefined
        : {
            workflowRunId: invoker.runId,
            workflowUrl: invoker.url,
            workflowRunCreatedAt: invoker.createdAt,
          },
    dlqId: run.dlqId,
    label: run.settings.labels?.[0],
    labels: run.settings.labels,
    flowControlKey: run.settings.flow?.key,
  };
}

function viewFailureCall(engine: Engine, run: Run): object | undefined {
  const { failureCall, failed } = run;
  if (failureCall === undefined) return undefined;
  const cause = failed?.failures.at(-1);
  const message = engine.store.state.messages.get(failureCall.messageId);
  return {
    ...failureCall,
    failHeaders: cause?.headers ?? {},
    failStatus: cause?.status ?? 0,
    failResponse: cause?.body.data ?? '',
    dlqId: run.dlqId,
    errors: message?.failures?.map(viewFailure),
    maxRetries: run.settings.failureCallback?.settings.retries ?? run.settings.retries,
  };
}

function viewFailure({ status, headers, body, error, time }: Failure): object {
  return { error, body: body.data, headers, status, time };
}

interface Under {
  engine: Engine;
  run: Run;
  /** Messages of the run that are under way, by the index of the last step they carry. */
  byIndex: Map<number, Message>;
}

function groupSteps(engine: Engine, run: Run): Group[] {
  const pending = run.pending
    .map((id) => engine.store.state.messages.get(id))
    .filter((message) => message !== undefined);
  const byIndex = new Map<number, Message>();
  for (const message of pending) if (message.stepIndex !== undefined) byIndex.set(message.stepIndex, message);
  const under: Under = { engine, run, byIndex };
  const groups: Group[] = [];
  const results = new Map(run.steps.slice(1).map((step) => [step.stepId, step]));
  const shown = new Set<number>();
  for (const [index, step] of run.steps.entries()) {
    if (index > 0 && step.stepId === 0) addPlanned(groups, planned(under, { index, step, results, shown }));
    else if (!shown.has(step.stepId))
      groups.push({ type: 'sequential', steps: [viewStep(under, step, index)] });
    shown.add(step.stepId);
  }
  for (const waiter of run.waiters) {
    if (!shown.has(waiter.stepId)) groups.push({ type: 'sequential', steps: [viewWaiting(run, waiter)] });
  }
  for (const message of pending) {
    if (message.kind === 'call' && message.call !== undefined && !shown.has(message.call.stepId)) {
      groups.push({ type: 'sequential', steps: [viewCalling(message)] });
    }
  }
  return [...groups, ...nextGroups(under)];
}

/** Steps of one `Promise.all` stand next to one another in the list of steps: they share a group. */
function addPlanned(groups: Group[], log: StepLog | undefined): void {
  if (log === undefined) return;
  const last = groups.at(-1);
  const first = last?.steps[0] as StepLog | undefined;
  const isSameGroup = last?.type === 'parallel' && last.steps.length < Number(first?.concurrent ?? 0);
  if (isSameGroup) last.steps.push(log);
  else groups.push({ type: 'parallel', steps: [log] });
}

function planned(
  { engine, run, byIndex }: Under,
  at: { index: number; step: Step; results: Map<number, Step>; shown: Set<number> },
): StepLog | undefined {
  const plan = parseStep(at.step);
  const target = Number(plan.targetStep);
  if (at.shown.has(target)) return undefined;
  at.shown.add(target);
  const result = at.results.get(target);
  if (result !== undefined) return viewStep({ engine, run, byIndex }, result, run.steps.indexOf(result));
  const waiter = run.waiters.find((candidate) => candidate.stepId === target);
  if (waiter !== undefined) return viewWaiting(run, waiter);
  const hasFailed = run.failed?.stepIndex === at.index;
  const message = byIndex.get(at.index);
  const failures = hasFailed ? run.failed?.failures : message?.failures;
  const retrying = (message?.failures?.length ?? 0) > 0;
  return {
    ...baseLog(run, at.step, plan),
    stepId: target,
    state: hasFailed ? 'STEP_FAILED' : retrying ? 'STEP_RETRY' : 'STEP_PROGRESS',
    errors: failures?.map(viewFailure),
  };
}

function parseStep(step: Step): Record<string, unknown> {
  return JSON.parse(step.body) as Record<string, unknown>;
}

function baseLog(
  run: Run,
  step: Step,
  parsed: Record<string, unknown>,
): { stepName: string; [field: string]: unknown } {
  const { targetStep: _, state: __, ...fields } = parsed;
  return {
    ...fields,
    stepName: String(parsed.stepName ?? ''),
    callType: 'step',
    messageId: step.messageId,
    retries: run.settings.retries ?? 0,
    retryDelay: run.settings.retryDelay,
    concurrent: Number(parsed.concurrent ?? 1),
    createdAt: step.at,
    headers: {},
  };
}

function viewStep({ engine, run, byIndex }: Under, step: Step, index: number): StepLog {
  if (index === 0) {
    const out = step.base64 ? toBase64({ data: step.body, base64: true }) : step.body;
    const init = { stepId: 0, stepName: 'init', stepType: 'Initial', out };
    return { ...baseLog(run, step, init), stepName: 'init', state: 'STEP_SUCCESS' };
  }
  const parsed = parseStep(step);
  const message = byIndex.get(index);
  const sleeps = message !== undefined && message.attempts === 0 && message.due > engine.clock.now();
  return {
    ...baseLog(run, step, parsed),
    ...waitFields(run, parsed),
    state: sleeps ? 'STEP_PROGRESS' : 'STEP_SUCCESS',
  };
}

/** What a wait brought travels in base64; logs show the text. */
function waitFields(run: Run, parsed: Record<string, unknown>): object {
  if (parsed.stepType !== 'Wait' || typeof parsed.out !== 'string' || run.steps.length === 0) return {};
  return { out: Buffer.from(parsed.out, 'base64').toString() };
}

function viewWaiting(run: Run, waiter: Waiter): StepLog {
  return {
    ...waiter.step,
    stepId: waiter.stepId,
    stepName: String(waiter.step.stepName ?? ''),
    callType: 'step',
    messageId: '',
    retries: run.settings.retries ?? 0,
    createdAt: waiter.createdAt,
    headers: {},
    state: 'STEP_PROGRESS',
    waitEventId: waiter.eventId,
    waitTimeoutDuration: waiter.timeout,
    waitTimeoutDeadline: waiter.deadline,
    waitTimeout: false,
  };
}

function viewCalling(message: Message): StepLog {
  return {
    stepId: message.call?.stepId ?? 0,
    stepName: message.call?.stepName ?? '',
    stepType: 'Call',
    callType: 'toCallback',
    messageId: message.id,
    concurrent: 1,
    retries: message.settings?.retries ?? 0,
    createdAt: message.createdAt,
    headers: {},
    state: (message.failures?.length ?? 0) > 0 ? 'STEP_RETRY' : 'STEP_PROGRESS',
    callUrl: message.url,
    callMethod: message.settings?.method,
    callHeaders: viewAnswerHeaders(
      Object.fromEntries(
        Object.entries(message.settings?.headers ?? {}).map(([name, value]) => [name, [value]]),
      ),
    ),
    callBody: message.content?.data,
  };
}

/** The delivery that will make the run's next step, or that failed to. */
function nextGroups({ engine, run, byIndex }: Under): Group[] {
  const steps: object[] = [];
  for (const [index, message] of byIndex) {
    const isPlan = index > 0 && run.steps[index]?.stepId === 0;
    const sleeps = message.attempts === 0 && message.due > engine.clock.now();
    if (!isPlan && !sleeps) steps.push(viewNext(run, message.id, message.failures ?? []));
  }
  const { failed } = run;
  const failedPlan =
    failed?.stepIndex !== undefined && failed.stepIndex > 0 && run.steps[failed.stepIndex]?.stepId === 0;
  if (failed !== undefined && !failedPlan) {
    steps.push({ ...viewNext(run, failed.messageId, failed.failures), state: 'STEP_FAILED' });
  }
  return steps.length === 0 ? [] : [{ type: 'next', steps }];
}

function viewNext(run: Run, messageId: string, failures: readonly Failure[]): object {
  return {
    messageId,
    stepName: failures.at(-1)?.headers['Upstash-Error-Step-Name']?.[0],
    state: failures.length > 0 ? 'STEP_RETRY' : 'STEP_PROGRESS',
    retries: run.settings.retries ?? 0,
    retryDelay: run.settings.retryDelay,
    errors: failures.length > 0 ? failures.map(viewFailure) : undefined,
  };
}
