import type { DlqEntry } from './dlq.ts';
import type { Failure, Message } from './message.ts';
import type { Schedule } from './schedules.ts';
import type { Settings } from './settings.ts';
import type { SigningKeys } from './signature.ts';
import type { FailureCall, Run, SavedEvent, Step, Waiter } from './workflow/run.ts';

/** What somebody set for a flow-control key by hand. */
export interface FlowOverride {
  key: string;
  paused: boolean;
  parallelism?: number | undefined;
  rate?: number | undefined;
  period?: number | undefined;
}

/** A run as it is journalled: without what is derived from other records. */
export type RunRecord = Omit<Run, 'pending' | 'waiters'>;

/** One change of the server's state: what the journal is made of, one JSON line each. */
export type StoreRecord =
  | { type: 'message'; message: Message }
  | { type: 'attempted'; id: string; due: number; failure?: Failure | undefined }
  | { type: 'finished'; id: string }
  | { type: 'run'; run: RunRecord }
  | { type: 'configured'; runId: string; settings: Settings }
  | { type: 'step'; runId: string; step: Step }
  | {
      type: 'ended';
      runId: string;
      state: Run['state'];
      at: number;
      response?: string | undefined;
      dlqId?: string | undefined;
      failed?: Run['failed'];
    }
  | { type: 'forgotten'; runId: string; at: number }
  | { type: 'failure-call'; runId: string; call?: FailureCall | undefined }
  | { type: 'waiting'; waiter: Waiter }
  | { type: 'woken'; runId: string; stepId: number }
  | { type: 'saved'; runId: string; event: SavedEvent }
  | { type: 'consumed'; runId: string; eventId: string }
  | { type: 'schedule'; schedule: Schedule }
  | { type: 'unscheduled'; id: string }
  | { type: 'dead'; entry: DlqEntry }
  | { type: 'buried'; id: string }
  | { type: 'deduplicates'; key: string; messageId: string; until: number }
  | { type: 'flow'; override: FlowOverride }
  | { type: 'keys'; keys: SigningKeys };

/** Everything the server knows, indexed for the questions it is asked. Changed by records only. */
export interface State {
  messages: Map<string, Message>;
  runs: Map<string, Run>;
  /** Runs whose record was dropped, by id, with when they ended: their ids stay taken. Oldest first. */
  forgottenRuns: Map<string, number>;
  waiters: Map<string, Set<Waiter>>;
  /** Events that wait for a step, by run id; the run may not have begun yet. */
  saved: Map<string, SavedEvent[]>;
  schedules: Map<string, Schedule>;
  dlq: Map<string, DlqEntry>;
  /** Deduplication keys, oldest first. */
  deduplicated: Map<string, { messageId: string; until: number }>;
  flows: Map<string, FlowOverride>;
  keys: SigningKeys;
  /** The highest `order` given out to runs and dead-letter entries. */
  lastOrder: number;
}

/** How long the ids of ended runs stay taken: the longest log retention on Upstash's price list. */
const ID_RETENTION_MS = 14 * 86_400_000;

/** The state of a server nobody has used yet. */
export function emptyState(keys: SigningKeys): State {
  return {
    messages: new Map(),
    runs: new Map(),
    forgottenRuns: new Map(),
    waiters: new Map(),
    saved: new Map(),
    schedules: new Map(),
    dlq: new Map(),
    deduplicated: new Map(),
    flows: new Map(),
    keys,
    lastOrder: 0,
  };
}

type Appliers = {
  [TType in StoreRecord['type']]: (state: State, record: Extract<StoreRecord, { type: TType }>) => void;
};

const APPLIERS: Appliers = {
  message(state, { message }) {
    state.messages.set(message.id, message);
    runOf(state, message)?.pending.push(message.id);
  },
  attempted: applyAttempt,
  finished: (state, { id }) => removeMessage(state, id),
  run(state, { run }) {
    state.runs.set(run.id, { ...run, pending: [], waiters: [] });
    state.lastOrder = Math.max(state.lastOrder, run.order);
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

/** The records a new journal needs to hold to rebuild `state`. */
export function* snapshot(state: State): Generator<StoreRecord> {
  yield { type: 'keys', keys: state.keys };
  for (const [runId, at] of state.forgottenRuns) yield { type: 'forgotten', runId, at };
  for (const run of byEnd(state.runs.values())) {
    const { pending, waiters, ...record } = run;
    yield { type: 'run', run: record };
    for (const waiter of waiters) yield { type: 'waiting', waiter };
  }
  for (const message of state.messages.values()) yield { type: 'message', message };
  for (const [runId, events] of state.saved)
    for (const event of events) yield { type: 'saved', runId, event };
  for (const schedule of state.schedules.values()) yield { type: 'schedule', schedule };
  for (const entry of state.dlq.values()) yield { type: 'dead', entry };
  for (const [key, { messageId, until }] of state.deduplicated)
    yield { type: 'deduplicates', key, messageId, until };
  for (const override of state.flows.values()) yield { type: 'flow', override };
}

/** Ended runs in the order they ended: the order in which they will be forgotten. */
function byEnd(runs: Iterable<Run>): Run[] {
  return [...runs].sort((a, b) => (a.completedAt ?? Number.MAX_VALUE) - (b.completedAt ?? Number.MAX_VALUE));
}
