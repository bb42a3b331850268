import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import type { Message } from './message.ts';
import type { RunRecord, StoreRecord } from './state.ts';
import { openStore, type Store } from './store.ts';

const KEYS = { current: 'sig_1', next: 'sig_2' };
const directory = mkdtempSync(join(tmpdir(), 'store-'));
const path = join(directory, 'journal.jsonl');

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  kind: 'publish',
  url: 'http://app.test/',
  createdAt: 1,
  notBefore: 0,
  attempts: 0,
  due: 1,
  callerIp: '127.0.0.1',
  ...more,
});

const run = (id: string, order: number): RunRecord => ({
  id,
  url: 'http://app.test/',
  createdAt: 1,
  order,
  callerIp: '127.0.0.1',
  settings: { method: 'POST', headers: {} },
  steps: [{ messageId: 'msg_0', body: '', stepId: 0, at: 1 }],
  state: 'RUN_STARTED',
});

const waiter = { eventId: 'e', stepId: 1, deadline: 9, timeout: '1s', url: 'http://app.test/', createdAt: 1 };

/** One record of every type, so that something of everything is left in the end. */
const HISTORY: StoreRecord[] = [
  { type: 'run', run: run('wfr_a', 1) },
  { type: 'message', message: message('msg_0', { kind: 'step', runId: 'wfr_a', stepIndex: 0 }) },
  { type: 'attempted', id: 'msg_0', due: 5 },
  { type: 'configured', runId: 'wfr_a', settings: { method: 'POST', headers: { a: 'b' } } },
  { type: 'step', runId: 'wfr_a', step: { messageId: 'msg_1', body: '{"stepId":1}', stepId: 1, at: 2 } },
  { type: 'waiting', waiter: { ...waiter, runId: 'wfr_a', step: { stepId: 1 } } },
  { type: 'waiting', waiter: { ...waiter, runId: 'wfr_a', stepId: 2, step: { stepId: 2 } } },
  { type: 'woken', runId: 'wfr_a', stepId: 1 },
  { type: 'saved', runId: 'wfr_a', event: { eventId: 'x', out: 'eA==', at: 2 } },
  { type: 'saved', runId: 'wfr_a', event: { eventId: 'y', out: 'eQ==', at: 2 } },
  { type: 'consumed', runId: 'wfr_a', eventId: 'x' },
  { type: 'run', run: run('wfr_b', 2) },
  { type: 'ended', runId: 'wfr_b', state: 'RUN_SUCCESS', at: 3, response: '1' },
  { type: 'message', message: message('msg_2') },
  { type: 'message', message: message('msg_3') },
  { type: 'finished', id: 'msg_2' },
  { type: 'deduplicates', key: 'k', messageId: 'msg_3', until: 600_000 },
  { type: 'flow', override: { key: 'k', paused: true, rate: 2 } },
  { type: 'keys', keys: { current: 'sig_2', next: 'sig_3' } },
];

/** Commits the same schedule so often that the journal is compacted. */
function makeLong(store: Store): Promise<void> {
  const schedule = { id: 'scd', cron: '* * * * *', url: 'http://app.test/', createdAt: 1, callerIp: '' };
  const rest = { settings: { method: 'POST', headers: {} }, content: { data: '' }, paused: false };
  return Array.from({ length: 20_000 }).reduce<Promise<void>>(async (before, _, index) => {
    await before;
    store.commit({ type: 'schedule', schedule: { ...schedule, ...rest, lastAt: index } });
  }, Promise.resolve());
}

const lines = (): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

describe('the store', () => {
  it('journals what one synchronous stretch commits as one line, before anything that awaits goes on', async () => {
    const store = openStore(path, KEYS);
    store.commit({ type: 'message', message: message('msg_1') });
    store.commit({ type: 'message', message: message('msg_2') });
    await Promise.resolve();
    expect(lines()).toHaveLength(1);
    store.commit({ type: 'finished', id: 'msg_1' });
    store.close();
    expect(lines()).toHaveLength(2);
    const reopened = openStore(path, KEYS);
    expect([...reopened.state.messages.keys()]).toEqual(['msg_2']);
    reopened.close();
  });

  it('rebuilds its state from the journal, and from a compacted one', async () => {
    const store = openStore(path, KEYS);
    for (const record of HISTORY) store.commit(record);
    await Promise.resolve();
    const replayed = openStore(path, KEYS);
    expect(replayed.state).toEqual(store.state);
    replayed.close();
    await makeLong(store);
    expect(lines().length).toBeLessThan(1000);
    const compacted = openStore(path, KEYS);
    expect(compacted.state).toEqual(store.state);
    compacted.close();
    store.close();
  });
});
