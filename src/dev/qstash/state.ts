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
