import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/dev/clock.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { createState, type RunFact, type RunRecord, type State } from '../../../src/state/index.ts';

const run = { runId: 'wfr_welcome-1', loop: 'welcome', subject: '41', step: 'step-1' };
const started: RunFact = { ...run, step: '', outcome: 'started', at: 1 };
const sent: RunFact = { ...run, outcome: 'sent', at: 2, final: true };
const failed = (by: string, at: number): RunFact => ({
  ...run,
  step: '',
  outcome: 'failed',
  at,
  final: true,
  by,
});

let state: State;
let close: () => Promise<void>;

beforeEach(async () => {
  const redis = createRedisServer({
    clock: createClock({ frozen: true }),
    journal: undefined,
    token: 'token',
  });
  const server = await listen((request) => redis.handle(request), { port: 0 });
  state = createState({ url: server.url, token: 'token', namespace: 'test' });
  close = server.close;
});
afterEach(() => close());

async function found(): Promise<RunRecord> {
  const record = await state.runLog.find(run.runId);
  if (record === undefined) throw new Error('The run was not written down.');
  return record;
}
const outcomes = async () => (await found()).facts.map(({ outcome }) => outcome);

describe('a run that was taken up again', () => {
  it('is over when it was before it failed: it has only not been able to say so', async () => {
    await state.runLog.record([started, sent]);
    await state.runLog.record([failed(run.runId, 5)]);
    await state.runLog.noteTakenUp(await found());
    expect(await found()).toMatchObject({ endedAt: 2 });
    expect(await outcomes()).toEqual(['started', 'sent']);
  });

  it('comes to an end that was told before', async () => {
    await state.runLog.record([started, { ...sent, final: undefined }]);
    await state.runLog.record([failed(run.runId, 5)]);
    await state.runLog.noteTakenUp(await found());
    expect((await found()).endedAt).toBeUndefined();
    await state.runLog.record([{ ...sent, at: 9 }]);
    expect((await found()).endedAt).toBe(9);
  });

  it('is not taken for failed by what is told late of the run that failed before', async () => {
    await state.runLog.record([started]);
    await state.runLog.record([failed(run.runId, 5)]);
    await state.runLog.noteTakenUp(await found());
    await state.runLog.noteResumed(await found(), 'wfr_second');
    expect(await state.runLog.record([failed(run.runId, 6)])).toBe(0);
    expect((await found()).endedAt).toBeUndefined();
    expect(await state.runLog.record([failed('wfr_second', 7)])).toBe(1);
    expect(await outcomes()).toEqual(['started', 'failed']);
  });

  it('stays failed where QStash could not be told', async () => {
    await state.runLog.record([started]);
    await state.runLog.record([failed(run.runId, 5)]);
    const before = await found();
    await state.runLog.noteTakenUp(before);
    await state.runLog.noteNotTakenUp(before);
    expect(await found()).toEqual(before);
  });
});
