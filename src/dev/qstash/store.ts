import { createMemoryJournal, type Journal, openJournal } from '../journal.ts';
import { applyRecord } from './apply-record.ts';
import type { SigningKeys } from './signature.ts';
import { emptyState, type State, type StoreRecord, snapshot } from './state.ts';

/** The state, and the only way to change it. */
export interface Store {
  readonly state: State;
  /**
   * Applies a change. All changes of one synchronous stretch of code are journalled together when it ends, before any
   * answer or delivery can leave: a kill keeps all of them or none.
   */
  commit(record: StoreRecord): void;
  close(): void;
}

/** The journal is rewritten once it is this many times as long as the state it stands for. */
const COMPACT_AT_FACTOR = 4;
const SHORTEST_TO_COMPACT = 20_000;

/** Ended runs whose steps are kept for the logs. */
const KEPT_ENDED_RUNS = 10_000;
const KEPT_DEAD = 10_000;

/** Opens the store at `path` (memory only when `undefined`) with everything that was committed to it before. */
export function openStore(path: string | undefined, keys: SigningKeys): Store {
  const state = emptyState(keys);
  const ended = createEndedRuns(state);
  /** Records in the journal. A line of it can hold many. */
  let length = 0;
  const apply = (record: StoreRecord): void => {
    length += 1;
    applyRecord(state, record);
    ended.note(record);
  };
  const journal: Journal<StoreRecord[]> =
    path === undefined ? createMemoryJournal() : openJournal(path, (records) => records.forEach(apply));
  let compactAt = SHORTEST_TO_COMPACT;
  /** As JSON, because a record may share objects with the state, which goes on changing. */
  let unwritten: string[] = [];

  function write(): void {
    if (unwritten.length === 0) return;
    journal.appendJson(`[${unwritten.join()}]`);
    unwritten = [];
    if (length < compactAt) return;
    journal.compact(oneByOne(snapshot(state)));
    length = journal.length;
    compactAt = Math.max(SHORTEST_TO_COMPACT, length * COMPACT_AT_FACTOR);
  }

  return {
    state,
    commit(record) {
      if (path !== undefined) {
        if (unwritten.length === 0) queueMicrotask(write);
        unwritten.push(JSON.stringify(record));
      }
      apply(record);
    },
    close() {
      write();
      journal.close();
    },
  };
}

function* oneByOne(records: Iterable<StoreRecord>): Generator<StoreRecord[]> {
  for (const record of records) yield [record];
}

/** Bounds what is kept of the past. It follows the records alone, so that a replay forgets the same. */
function createEndedRuns(state: State): { note(record: StoreRecord): void } {
  const ended = new Map<string, number>();

  function forget(runId: string, at: number): void {
    ended.delete(runId);
    applyRecord(state, { type: 'forgotten', runId, at });
  }

  return {
    note(record) {
      if (record.type === 'run') {
        ended.delete(record.run.id);
        if (record.run.completedAt !== undefined) ended.set(record.run.id, record.run.completedAt);
      }
      if (record.type === 'ended') ended.set(record.runId, record.at);
      while (ended.size > KEPT_ENDED_RUNS) {
        const [oldest] = ended;
        if (oldest !== undefined) forget(...oldest);
      }
      for (const [id] of state.dlq) {
        if (state.dlq.size <= KEPT_DEAD) break;
        state.dlq.delete(id);
      }
    },
  };
}
