import type { Engine } from '../engine.ts';
import { hostAndPath, newestFirst, readCount, readFilter, readValues } from '../filters.ts';
import { RequestError } from '../request-error.ts';
import { endRun } from './ending.ts';
import type { Run } from './run.ts';
import { type RawStep, toRawStep } from './steps-body.ts';

/** What runs are filtered by, in logs and when many are cancelled. */
export function describeRun(run: Run) {
  return {
    time: run.createdAt,
    values: {
      workflowRunId: run.id,
      workflowRunIds: run.id,
      workflowUrl: run.url,
      workflowCreatedAt: run.createdAt,
      workflowRuns: `${run.id}@${run.createdAt}`,
      state: run.state,
      messageId: run.steps.map((step) => step.messageId),
      label: run.settings.labels,
      flowControlKey: run.settings.flow?.key,
      callerIp: run.callerIp,
      ...hostAndPath(run.url),
    },
  };
}

/** The steps of a run, for the SDK's lazy fetch; a call's callback under way is among them. Throws a 404 once it ended. */
export function rawSteps(engine: Engine, id: string): RawStep[] {
  const run = engine.store.state.runs.get(id);
  if (run?.state !== 'RUN_STARTED') throw new RequestError(404, `workflow run ${id} not found`);
  const callbacks = run.pending
    .map((messageId) => engine.store.state.messages.get(messageId))
    .filter((message) => message?.kind === 'callback')
    .map((message): RawStep => {
      const body = Buffer.from(message?.content?.data ?? '').toString('base64');
      return { messageId: message?.id ?? '', body, callType: 'fromCallback' };
    });
  return [...run.steps.map(toRawStep), ...callbacks];
}

/** Ends a run as its workflow asks: with what it returned (JSON), or cancelled. Throws a 404 for an unknown one. */
export function finishRun(engine: Engine, id: string, ending: { cancel: boolean; response: string }): void {
  const run = engine.store.state.runs.get(id);
  if (run === undefined) throw new RequestError(404, `workflow run ${id} not found`);
  if (run.state !== 'RUN_STARTED') return;
  if (ending.cancel) endRun(engine, run, { state: 'RUN_CANCELED' });
  else
    endRun(engine, run, {
      state: 'RUN_SUCCESS',
      response: ending.response === '' ? undefined : ending.response,
    });
}

/** How many runs one request cancels at most, unless it says. */
const DEFAULT_CANCEL_COUNT = 100;

/** Cancels the runs a query names or describes; those that have ended count as none. Returns how many were. */
export function cancelRuns(engine: Engine, query: URLSearchParams): number {
  const { runs } = engine.store.state;
  const ids = readValues(query, 'workflowRunIds');
  const count =
    ids.length > 0 ? ids.length : readCount(query, { fallback: DEFAULT_CANCEL_COUNT, max: 1_000_000 });
  const named = ids.length > 0 ? ids.map((id) => runs.get(id)).filter((run) => run !== undefined) : undefined;
  const matches = named === undefined ? readRunFilter(query) : () => true;
  let cancelled = 0;
  for (const run of named ?? newestFirst(runs)) {
    if (cancelled === count) break;
    if (run.state !== 'RUN_STARTED' || !matches(run)) continue;
    endRun(engine, run, { state: 'RUN_CANCELED' });
    cancelled += 1;
  }
  return cancelled;
}

/** A workflow's URL is matched as a prefix unless the query asks for an exact match. */
function readRunFilter(query: URLSearchParams): (run: Run) => boolean {
  const urls = readValues(query, 'workflowUrl');
  const exact = query.get('workflowUrlExactMatch') === 'true';
  const rest = new URLSearchParams(query);
  rest.delete('workflowUrl');
  const matches = readFilter(rest, describeRun);
  return (run) =>
    (urls.length === 0 || urls.some((url) => (exact ? run.url === url : run.url.startsWith(url)))) &&
    matches(run);
}
