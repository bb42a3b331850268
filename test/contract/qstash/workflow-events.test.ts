import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

const DAY_MS = 86_400_000;

async function openWaiting(results: unknown[]) {
  const stack = await openStack();
  const url = mountWorkflow<{ event: string }>(stack, '/main', {
    async run(context) {
      const { event } = context.requestPayload;
      await context.sleep('before', '1m');
      const result = await context.waitForEvent('wait', event, { timeout: '1d' });
      await context.run('last', () => results.push(result));
    },
  });
  return { stack, url };
}

describe('waiting and notifying', () => {
  it('an event wakes every run that waits for it, and only those', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    for (const event of ['a', 'a', 'b']) await stack.workflow.trigger({ url, body: { event } });
    await stack.qstash.idle();
    await stack.clock.advance(60_000);
    const waiters = await stack.workflow.getWaiters({ eventId: 'a' });
    expect(waiters.map(({ deadline }) => deadline)).toEqual(
      [1, 2].map(() => (stack.clock.now() + DAY_MS) / 1000),
    );
    const notified = await stack.workflow.notify({ eventId: 'a', eventData: { text: 'ü' } });
    expect(notified).toHaveLength(2);
    await stack.qstash.idle();
    expect(results).toEqual([1, 2].map(() => ({ eventData: { text: 'ü' }, timeout: false })));
    expect(await stack.workflow.getWaiters({ eventId: 'a' })).toEqual([]);
  });

  it('without a waiter, an event is lost unless it names its run', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    const { workflowRunId } = await stack.workflow.trigger({ url, body: { event: 'e' } });
    await stack.qstash.idle();
    expect(await stack.workflow.notify({ eventId: 'e', eventData: 'lost' })).toEqual([]);
    const kept = await stack.workflow.notify({ eventId: 'e', eventData: 'kept', workflowRunId });
    expect(kept).toMatchObject([{ workflowRunId, waiter: null }]);
    await stack.clock.advance(60_000);
    expect(results).toEqual([{ eventData: 'kept', timeout: false }]);
  });

  it('an event that names a run is kept even before the run begins', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    await stack.workflow.notify({ eventId: 'e', eventData: 1, workflowRunId: 'wfr_later' });
    await stack.workflow.trigger({ url, body: { event: 'e' }, workflowRunId: 'later' });
    await stack.qstash.idle();
    await stack.clock.advance(60_000);
    expect(results).toEqual([{ eventData: 1, timeout: false }]);
  });

  it('a workflow notifies a run that does not wait yet, and learns what came of it', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    const notifier = mountWorkflow(stack, '/notifier', {
      async run(context) {
        const { eventId, notifyResponse } = await context.notify('tell', 'e', { n: 1 }, 'wfr_waiting');
        await context.run('note', () => results.push([eventId, notifyResponse[0]?.error]));
      },
    });
    await stack.workflow.trigger({ url, body: { event: 'e' }, workflowRunId: 'waiting' });
    await stack.workflow.trigger({ url: notifier });
    await stack.qstash.idle();
    await stack.clock.advance(60_000);
    expect(results).toEqual([['e', ''], { eventData: { n: 1 }, timeout: false }]);
  });

  it('a wait that nobody ends times out at its deadline', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    const { workflowRunId } = await stack.workflow.trigger({ url, body: { event: 'e' } });
    await stack.qstash.idle();
    await stack.clock.advance(60_000 + DAY_MS - 1);
    expect(results).toEqual([]);
    expect((await logOf(stack, workflowRunId)).steps.at(-1)).toMatchObject({
      type: 'sequential',
      steps: [{ stepName: 'wait', state: 'STEP_PROGRESS', waitEventId: 'e', waitTimeoutDuration: '1d' }],
    });
    await stack.clock.advance(1);
    expect(results).toEqual([{ eventData: undefined, timeout: true }]);
  });

  it('a doubled delivery registers one waiter and wakes the run once', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    await stack.workflow.trigger({ url, body: { event: 'e' } });
    await stack.qstash.idle();
    stack.qstash.faults.add({ action: 'double' });
    await stack.clock.advance(60_000);
    expect(await stack.workflow.getWaiters({ eventId: 'e' })).toHaveLength(1);
    stack.qstash.faults.clear();
    await stack.workflow.notify({ eventId: 'e', eventData: 1 });
    await stack.qstash.idle();
    expect(results).toEqual([{ eventData: 1, timeout: false }]);
  });
});

describe('run ids and cancelling', () => {
  it('an id is taken while its run is under way and after it has ended', async () => {
    const stack = await openStack();
    let runs = 0;
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('count', () => {
          runs += 1;
        });
      },
    });
    const options = { url, workflowRunId: 'same' };
    await Promise.all([stack.workflow.trigger(options), stack.workflow.trigger(options)]);
    await stack.qstash.idle();
    await stack.workflow.trigger(options);
    await stack.qstash.idle();
    expect(runs).toBe(1);
  });

  it('an ended id can be used again when the server allows it', async () => {
    const stack = await openStack({ reuseEndedRunIds: true });
    let runs = 0;
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('count', () => {
          runs += 1;
        });
      },
    });
    for (let time = 0; time < 2; time++) {
      await stack.workflow.trigger({ url, workflowRunId: 'same' });
      await stack.qstash.idle();
    }
    expect(runs).toBe(2);
  });

  it('runs are cancelled by id, label, exact URL and URL prefix', async () => {
    const stack = await openStack();
    const run = async (context: { sleep(name: string, duration: '1d'): Promise<unknown> }) => {
      await context.sleep('nap', '1d');
    };
    const one = mountWorkflow(stack, '/one', { run });
    const two = mountWorkflow(stack, '/one/two', { run });
    const trigger = async (url: string, label: string) =>
      (await stack.workflow.trigger({ url, label })).workflowRunId;
    const first = await trigger(one, 'x');
    await trigger(one, 'y');
    await trigger(two, 'x');
    await trigger(two, 'z');
    await stack.qstash.idle();
    expect(await stack.workflow.cancel([first, 'wfr_unknown'])).toEqual({ cancelled: 1 });
    expect(await stack.workflow.cancel({ filter: { workflowUrl: one } })).toEqual({ cancelled: 1 });
    expect(await stack.workflow.cancel({ filter: { label: 'x' } })).toEqual({ cancelled: 1 });
    expect(await stack.workflow.cancel({ filter: { workflowUrlStartingWith: one } })).toEqual({
      cancelled: 1,
    });
    for (const label of ['v', 'w']) await trigger(one, label);
    await stack.qstash.idle();
    expect(await stack.workflow.cancel({ all: true })).toEqual({ cancelled: 2 });
    expect(await stack.workflow.cancel({ all: true })).toEqual({ cancelled: 0 });
    expect((await logOf(stack, first)).workflowState).toBe('RUN_CANCELED');
    expect(stack.clock.next()).toBeUndefined();
  });

  it('one request triggers many runs', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    const answers = await stack.workflow.trigger(
      ['a', 'b'].map((event) => ({ url, body: { event }, workflowRunId: event })),
    );
    expect(answers.map(({ workflowRunId }) => workflowRunId)).toEqual(['wfr_a', 'wfr_b']);
    const { runs } = await stack.workflow.logs();
    expect(runs.map(({ workflowRunId }) => workflowRunId)).toEqual(['wfr_b', 'wfr_a']);
  });

  it('logs are filtered by state, URL, label and time', async () => {
    const stack = await openStack();
    const napping = mountWorkflow(stack, '/napping', {
      run: async (context) => void (await context.sleep('nap', '1d')),
    });
    const quick = mountWorkflow(stack, '/quick', { run: (context) => context.run('only', () => 1) });
    const start = stack.clock.now();
    await stack.workflow.trigger({ url: napping, workflowRunId: 'a', label: 'l' });
    await stack.workflow.trigger({ url: quick, workflowRunId: 'b', label: 'l' });
    await stack.clock.advance(1000);
    await stack.workflow.trigger({ url: quick, workflowRunId: 'c' });
    await stack.qstash.idle();
    const ids = async (filter: object) =>
      (await stack.workflow.logs({ filter })).runs.map(({ workflowRunId }) => workflowRunId);
    expect(await ids({ state: 'RUN_STARTED' })).toEqual(['wfr_a']);
    expect(await ids({ workflowUrl: quick })).toEqual(['wfr_c', 'wfr_b']);
    expect(await ids({ label: 'l', state: 'RUN_SUCCESS' })).toEqual(['wfr_b']);
    expect(await ids({ fromDate: start + 1 })).toEqual(['wfr_c']);
  });

  it('a redacted payload reaches the run but is not in its log', async () => {
    const results: unknown[] = [];
    const { stack, url } = await openWaiting(results);
    const { workflowRunId } = await stack.workflow.trigger({
      url,
      body: { event: 'secret' },
      redact: { body: true },
    });
    await stack.clock.advance(60_000);
    expect(await stack.workflow.getWaiters({ eventId: 'secret' })).toHaveLength(1);
    const [init] = (await logOf(stack, workflowRunId)).steps;
    expect(init?.steps[0]).toMatchObject({ stepName: 'init', out: expect.stringMatching(/^REDACTED:/) });
  });

  it('logs come in pages, newest first, and the last page has no cursor', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      run: async (context) => void (await context.sleep('nap', '1d')),
    });
    for (let index = 0; index < 5; index++) await stack.workflow.trigger({ url, workflowRunId: `r${index}` });
    const first = await stack.workflow.logs({ count: 3 });
    const second = await stack.workflow.logs({ count: 3, cursor: first.cursor });
    expect([...first.runs, ...second.runs].map((run) => run.workflowRunId)).toEqual(
      [4, 3, 2, 1, 0].map((index) => `wfr_r${index}`),
    );
    expect(second.cursor).toBeUndefined();
  });
});
