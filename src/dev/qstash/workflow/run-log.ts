import type { Engine } from '../engine.ts';
import { newestFirst, paginate, readCount, readFilter } from '../filters.ts';
import type { Message } from '../message.ts';
import type { Run, Step } from './run.ts';
import { describeRun } from './runs.ts';
import {
  type LoggedRun,
  type StepLog,
  targetOf,
  viewCalling,
  viewFailure,
  viewInvoking,
  viewNext,
  viewPlanned,
  viewStep,
  viewWaiting,
} from './step-log.ts';

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

interface Group {
  type: 'sequential' | 'parallel' | 'next';
  steps: object[];
}

function groupSteps(engine: Engine, run: Run): Group[] {
  const pending = run.pending
    .map((id) => engine.store.state.messages.get(id))
    .filter((message) => message !== undefined);
  const byIndex = new Map<number, Message>();
  for (const message of pending) if (message.stepIndex !== undefined) byIndex.set(message.stepIndex, message);
  const logged: LoggedRun = { engine, run, pending, byIndex };
  const shown = new Set<number>();
  const groups = groupSubmitted(logged, shown);
  for (const log of viewUnsubmitted(logged)) {
    if (!shown.has(Number(log.stepId))) groups.push({ type: 'sequential', steps: [log] });
  }
  return [...groups, ...nextGroups(logged)];
}

/** The steps in the run's list; the ids of those are added to `shown`. */
function groupSubmitted(logged: LoggedRun, shown: Set<number>): Group[] {
  const { steps } = logged.run;
  const groups: Group[] = [];
  for (const [index, step] of steps.entries()) {
    const isPlan = index > 0 && step.stepId === 0;
    const stepId = isPlan ? targetOf(step) : step.stepId;
    if (shown.has(stepId)) continue;
    shown.add(stepId);
    if (isPlan) addToParallel(groups, viewParallel(logged, step, index));
    else groups.push({ type: 'sequential', steps: [viewStep(logged, step, index)] });
  }
  return groups;
}

/** A parallel step: what it came to, what it waits for, or else its plan, which stands at `index`. */
function viewParallel(logged: LoggedRun, plan: Step, index: number): StepLog {
  const { engine, run, pending } = logged;
  const target = targetOf(plan);
  const at = run.steps.findIndex((step, position) => position > 0 && step.stepId === target);
  const result = run.steps[at];
  if (result !== undefined) return viewStep(logged, result, at);
  const waiter = run.waiters.find((candidate) => candidate.stepId === target);
  if (waiter !== undefined) return viewWaiting(run, waiter);
  const child = engine.store.state.runs.get(run.invoked?.[target] ?? '');
  if (child !== undefined) return viewInvoking(engine, run, child);
  const planned = viewPlanned(logged, plan, index);
  const call = pending.find((message) => message.call?.stepId === target);
  return call === undefined ? planned : { ...viewCalling(run, call), concurrent: planned.concurrent };
}

/** Steps of one `Promise.all` stand next to one another in the list of steps: they share a group. */
function addToParallel(groups: Group[], log: StepLog): void {
  const last = groups.at(-1);
  const first = last?.steps[0] as StepLog | undefined;
  const isSameGroup = last?.type === 'parallel' && last.steps.length < Number(first?.concurrent ?? 0);
  if (isSameGroup) last.steps.push(log);
  else groups.push({ type: 'parallel', steps: [log] });
}

/** What the run waits for that will become a step once it is there. */
function* viewUnsubmitted({ engine, run, pending }: LoggedRun): Generator<StepLog> {
  for (const waiter of run.waiters) yield viewWaiting(run, waiter);
  for (const message of pending) if (message.kind === 'call') yield viewCalling(run, message);
  for (const childId of Object.values(run.invoked ?? {})) {
    const child = engine.store.state.runs.get(childId);
    if (child !== undefined) yield viewInvoking(engine, run, child);
  }
}

/** The deliveries that will make the run's next step, or that failed to. */
function nextGroups({ engine, run, byIndex }: LoggedRun): Group[] {
  const isPlan = (index: number): boolean => index > 0 && run.steps[index]?.stepId === 0;
  const steps: object[] = [];
  for (const [index, message] of byIndex) {
    const sleeps = message.attempts === 0 && message.due > engine.clock.now();
    if (isPlan(index) || sleeps) continue;
    steps.push(viewNext(run, { messageId: message.id, failures: message.failures ?? [], message }));
  }
  const { failed } = run;
  if (failed !== undefined && !isPlan(failed.stepIndex ?? 0)) steps.push(viewNext(run, failed));
  return steps.length === 0 ? [] : [{ type: 'next', steps }];
}
