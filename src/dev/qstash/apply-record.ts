import type { Message } from './message.ts';
import type { State, StoreRecord } from './state.ts';
import type { Run, Waiter } from './workflow/run.ts';

/** How long the ids of ended runs stay taken: the longest log retention on Upstash's price list. */
const ID_RETENTION_MS = 14 * 86_400_000;

type Appliers = {
  [TType in StoreRecord['type']]: (state: State, record: Extract<StoreRecord, { type: TType }>) => void;
};

const APPLIERS: Appliers = {
  message(state, { message }) {
    state.messages.set(message.id, message);
    const run = runOf(state, message);
    if (run === undefined) return;
    run.pending.push(message.id);
    if (message.kind === 'call') noteCall(run, message);
  },
  attempted: applyAttempt,
  finished: (state, { id }) => removeMessage(state, id),
  run(state, { run }) {
    state.runs.set(run.id, { ...run, pending: [], waiters: [] });
    state.lastOrder = Math.max(state.lastOrder, run.order);
    const { invoker } = run;
    const parent = invoker === undefined ? undefined : state.runs.get(invoker.runId);
    if (invoker !== undefined && parent !== undefined) {
      parent.invoked = { ...parent.invoked, [Number(invoker.step.stepId)]: run.id };
    }
  },
  configured(state, { runId, settings }) {
    const run = state.runs.get(runId);
    if (run === undefined) return;
    run.settings = settings;
    run.unknownSdk = undefined;
  },
  step: (state, { runId, step }) => void state.runs.get(runId)?.steps.push(step),
  ended: applyEnd,
  forgotten: applyForgotten,
  'failure-call'(state, { runId, call }) {
    const run = state.runs.get(runId);
    if (run !== undefined) run.failureCall = call;
  },
  waiting: (state, { waiter }) => addWaiter(state, waiter),
  woken: removeWaiter,
  saved(state, { runId, event }) {
    state.saved.set(runId, [...(state.saved.get(runId) ?? []), event]);
  },
  consumed: consumeEvent,
  schedule: (state, { schedule }) => void state.schedules.set(schedule.id, schedule),
  unscheduled: (state, { id }) => void state.schedules.delete(id),
  dead(state, { entry }) {
    state.dlq.set(entry.dlqId, entry);
    state.lastOrder = Math.max(state.lastOrder, entry.order);
  },
  buried: (state, { id }) => void state.dlq.delete(id),
  deduplicates: (state, { key, messageId, until }) => void state.deduplicated.set(key, { messageId, until }),
  flow: (state, { override }) => void state.flows.set(override.key, override),
  keys(state, { keys }) {
    state.keys = keys;
  },
};

/** Changes `state` by one record. */
export function applyRecord(state: State, record: StoreRecord): void {
  // The table pairs every record with its applier; TypeScript cannot follow the pairing through an index.
  const apply = APPLIERS[record.type] as (state: State, record: StoreRecord) => void;
  apply(state, record);
}

function runOf(state: State, message: Message): Run | undefined {
  return message.runId === undefined ? undefined : state.runs.get(message.runId);
}

function noteCall(run: Run, { url, settings, content, call }: Message): void {
  if (call === undefined || settings === undefined) return;
  const { method, headers } = settings;
  run.calls = { ...run.calls, [call.stepId]: { url, method, headers, body: content?.data ?? '' } };
}

function removeFrom<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

/** Failures kept per message: what its run's log can show of a long row of retries. */
const KEPT_FAILURES = 10;

function applyAttempt(state: State, record: Extract<StoreRecord, { type: 'attempted' }>): void {
  const message = state.messages.get(record.id);
  if (message === undefined) return;
  message.attempts += 1;
  message.due = record.due;
  if (record.failure !== undefined) {
    message.failures = [...(message.failures ?? []), record.failure].slice(-KEPT_FAILURES);
  }
}

function removeMessage(state: State, id: string): void {
  const message = state.messages.get(id);
  if (message === undefined) return;
  state.messages.delete(id);
  const run = runOf(state, message);
  if (run !== undefined) removeFrom(run.pending, id);
}

function applyEnd(state: State, record: Extract<StoreRecord, { type: 'ended' }>): void {
  const run = state.runs.get(record.runId);
  if (run === undefined) return;
  run.state = record.state;
  run.completedAt = record.at;
  run.response = record.response;
  run.dlqId = record.dlqId;
  run.failed = record.failed;
  for (const id of [...run.pending]) if (state.messages.get(id)?.kind !== 'failure') removeMessage(state, id);
  for (const waiter of [...run.waiters]) removeWaiter(state, waiter);
  state.saved.delete(run.id);
}

function applyForgotten(state: State, { runId, at }: { runId: string; at: number }): void {
  state.runs.delete(runId);
  state.forgottenRuns.set(runId, at);
  for (const [oldest, endedAt] of state.forgottenRuns) {
    if (at - endedAt <= ID_RETENTION_MS) break;
    state.forgottenRuns.delete(oldest);
  }
}

function addWaiter(state: State, waiter: Waiter): void {
  const waiters = state.waiters.get(waiter.eventId);
  if (waiters === undefined) state.waiters.set(waiter.eventId, new Set([waiter]));
  else waiters.add(waiter);
  state.runs.get(waiter.runId)?.waiters.push(waiter);
}

function removeWaiter(state: State, { runId, stepId }: { runId: string; stepId: number }): void {
  const run = state.runs.get(runId);
  const waiter = run?.waiters.find((other) => other.stepId === stepId);
  if (run === undefined || waiter === undefined) return;
  removeFrom(run.waiters, waiter);
  const waiters = state.waiters.get(waiter.eventId);
  waiters?.delete(waiter);
  if (waiters?.size === 0) state.waiters.delete(waiter.eventId);
}

function consumeEvent(state: State, { runId, eventId }: { runId: string; eventId: string }): void {
  const events = state.saved.get(runId) ?? [];
  const index = events.findIndex((event) => event.eventId === eventId);
  const rest = events.filter((_, position) => position !== index);
  if (rest.length === 0) state.saved.delete(runId);
  else state.saved.set(runId, rest);
}
