import { callFailureFunction } from './callbacks.ts';
import { type DlqEntry, viewDlqEntry } from './dlq.ts';
import type { Engine } from './engine.ts';
import { newestFirst, paginate, readCount, readFilter, readValues } from './filters.ts';
import { readFlowControl } from './flow-header.ts';
import { collectHeaders } from './header-group.ts';
import { createId } from './identifiers.ts';
import { describeMessage } from './messages.ts';
import { RequestError } from './request-error.ts';
import { readLabels, readNotBefore, readSettings, type Settings } from './settings.ts';
import { noteStarted } from './workflow/failure.ts';
import { type Revived, requireFailedRun, revive } from './workflow/revive.ts';

/** Which dead letters a request is about: plain messages, or failed workflow runs. */
export type DlqSource = 'messages' | 'workflows';

const PAGE = 100;
const LONGEST_REVIVAL = 50;

function describe(engine: Engine, entry: DlqEntry) {
  const run = entry.runId === undefined ? undefined : engine.store.state.runs.get(entry.runId);
  const { values } = describeMessage(engine, entry.message);
  return {
    time: entry.at,
    values: {
      ...values,
      label: entry.settings.labels,
      flowControlKey: entry.settings.flow?.key,
      dlqIds: entry.dlqId,
      responseStatus: entry.answer.status,
      workflowRunId: entry.runId,
      workflowUrl: run?.url,
      workflowCreatedAt: run?.createdAt,
      failureFunctionState: run?.failureCall?.state,
    },
  };
}

function select(
  engine: Engine,
  source: DlqSource,
  query: URLSearchParams,
): { items: DlqEntry[]; cursor?: string } {
  const matches = readFilter<DlqEntry>(query, (entry) => describe(engine, entry));
  const isOfSource = (entry: DlqEntry): boolean => (entry.runId !== undefined) === (source === 'workflows');
  const entries = newestFirst(engine.store.state.dlq).filter((entry) => isOfSource(entry) && matches(entry));
  return paginate(entries, {
    cursor: query.get('cursor'),
    count: readCount(query, { fallback: PAGE, max: PAGE }),
  });
}

const withCursor = (page: { cursor?: string }): { cursor?: string } =>
  page.cursor === undefined ? {} : { cursor: page.cursor };

/** The dead letter with this id. Throws a 404. */
export function requireDeadLetter(engine: Engine, dlqId: string): DlqEntry {
  const entry = engine.store.state.dlq.get(dlqId);
  if (entry === undefined) throw new RequestError(404, `dlq message ${dlqId} not found`);
  return entry;
}

const view = (engine: Engine, entry: DlqEntry): object =>
  viewDlqEntry(entry, entry.runId === undefined ? undefined : engine.store.state.runs.get(entry.runId));

/** One page of dead letters, newest first. */
export function listDeadLetters(engine: Engine, source: DlqSource, query: URLSearchParams): object {
  const page = select(engine, source, query);
  return { ...withCursor(page), messages: page.items.map((entry) => view(engine, entry)) };
}

/** One dead letter. Throws a 404. */
export function getDeadLetter(engine: Engine, dlqId: string): object {
  return view(engine, requireDeadLetter(engine, dlqId));
}

/** Deletes one dead letter. Throws a 404. */
export function deleteDeadLetter(engine: Engine, dlqId: string): void {
  engine.store.commit({ type: 'buried', id: requireDeadLetter(engine, dlqId).dlqId });
}

/** Deletes the dead letters a query names or describes, a page at a time. */
export function deleteDeadLetters(engine: Engine, source: DlqSource, query: URLSearchParams): object {
  const page = select(engine, source, query);
  for (const { dlqId } of page.items) engine.store.commit({ type: 'buried', id: dlqId });
  return { ...withCursor(page), deleted: page.items.length };
}

/** The settings that a retry's headers replace. */
function readOverrides(
  engine: Engine,
  headers: Headers,
): { overrides: Partial<Settings>; notBefore: number } {
  const group = collectHeaders(headers);
  const { limits } = engine.options;
  const settings = readSettings(group, limits);
  const overrides: Partial<Settings> = {};
  if (group.has('retries')) overrides.retries = settings.retries;
  if (group.has('retry-delay')) overrides.retryDelay = settings.retryDelay;
  if (group.has('flow-control-key')) overrides.flow = readFlowControl(group);
  if (group.has('label')) overrides.labels = readLabels(group);
  if (group.has('failure-callback')) overrides.failureCallback = settings.failureCallback;
  return { overrides, notBefore: readNotBefore(group, { now: engine.clock.now(), limits }) };
}

function retryOne(engine: Engine, entry: DlqEntry, headers: Headers): { messageId: string } {
  const { overrides, notBefore } = readOverrides(engine, headers);
  const now = engine.clock.now();
  const id = createId('msg');
  engine.accept({
    ...entry.message,
    id,
    settings: { ...entry.settings, ...overrides },
    content: entry.content,
    createdAt: now,
    notBefore,
    attempts: 0,
    due: Math.max(now, notBefore),
    failures: undefined,
  });
  engine.store.commit({ type: 'buried', id: entry.dlqId });
  return { messageId: id };
}

/** Publishes one dead letter again. Throws a 404. */
export function retryDeadLetter(engine: Engine, dlqId: string, headers: Headers): object {
  const entry = requireDeadLetter(engine, dlqId);
  if (entry.runId !== undefined)
    throw new RequestError(400, `${dlqId} is a workflow message: resume or restart it`);
  return retryOne(engine, entry, headers);
}

/** Publishes the dead letters a query names or describes again, a page at a time. Throws a 404 when one is missing. */
export function retryDeadLetters(engine: Engine, query: URLSearchParams, headers: Headers): object {
  for (const id of readValues(query, 'dlqIds')) requireDeadLetter(engine, id);
  const page = select(engine, 'messages', query);
  return { ...withCursor(page), responses: page.items.map((entry) => retryOne(engine, entry, headers)) };
}

/** Resumes or restarts the failed runs a query names or describes, at most 50. Throws a 404 when one is missing. */
export function reviveRuns(
  engine: Engine,
  mode: 'resume' | 'restart',
  { query, headers }: { query: URLSearchParams; headers: Headers },
): object {
  for (const id of readValues(query, 'dlqIds')) requireFailedRun(engine, requireDeadLetter(engine, id));
  const bounded = new URLSearchParams(query);
  bounded.set('count', String(readCount(query, { fallback: LONGEST_REVIVAL, max: LONGEST_REVIVAL })));
  const page = select(engine, 'workflows', bounded);
  const how = { mode, ...readOverrides(engine, headers) };
  return { ...withCursor(page), workflowRuns: page.items.map((entry) => revive(engine, entry, how)) };
}

/** Resumes or restarts one failed run. Throws a 404, or a 400 when the dead letter is no workflow's. */
export function reviveRun(
  engine: Engine,
  mode: 'resume' | 'restart',
  { dlqId, headers }: { dlqId: string; headers: Headers },
): Revived {
  return revive(engine, requireDeadLetter(engine, dlqId), { mode, ...readOverrides(engine, headers) });
}

/** Calls the failure function of a failed run again. Throws a 400 unless its last call has failed. */
export function retryFailureFunction(engine: Engine, dlqId: string): object {
  const entry = requireDeadLetter(engine, dlqId);
  const run = requireFailedRun(engine, entry);
  const state = run.failureCall?.state;
  if (state !== 'CALLBACK_FAIL' && state !== 'CALLBACK_CANCELED') {
    throw new RequestError(400, `${dlqId} has no failed failure callback`);
  }
  const message = callFailureFunction(engine, entry);
  noteStarted(engine, run, message);
  return { workflowRunId: run.id, workflowCreatedAt: run.createdAt, messageId: message?.id };
}

/** Cancels the failure function's call that is under way. Throws a 400 when there is none. */
export function cancelFailureFunction(engine: Engine, dlqId: string): void {
  const run = requireFailedRun(engine, requireDeadLetter(engine, dlqId));
  const { failureCall } = run;
  if (failureCall?.state !== 'CALLBACK_INPROGRESS' || !engine.cancel(failureCall.messageId)) {
    throw new RequestError(400, `${dlqId} has no failure callback in progress`);
  }
  engine.store.commit({
    type: 'failure-call',
    runId: run.id,
    call: { ...failureCall, state: 'CALLBACK_CANCELED' },
  });
}
