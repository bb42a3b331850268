import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

describe('faults', () => {
  it('are set, listed and removed over HTTP', async () => {
    const stack = await openStack();
    const rule = { action: 'fail', match: { label: 'l' }, times: 1 };
    const set = await stack.call('POST', '/dev/faults', { body: JSON.stringify(rule) });
    expect(set.status).toBe(201);
    expect(await (await stack.call('GET', '/dev/faults')).json()).toMatchObject([{ ...rule, hits: 0 }]);
    const wrong = await stack.call('POST', '/dev/faults', { body: '{"action":"explode"}' });
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      { error: 'fault.action must be one of fail, delay, double, reorder, lose-answer' },
    ]);
    await stack.call('DELETE', '/dev/faults');
    expect(stack.qstash.faults.list()).toEqual([]);
  });

  it('fail, delay, double, reorder and lose deliveries', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const publish = (body: string) => stack.client.publish({ url, body, retryDelay: '1000' });
    const arrived = (): string[] => stack.seen.splice(0).map(({ body }) => body);

    stack.qstash.faults.add({ action: 'fail', times: 1 });
    await publish('fail');
    await stack.qstash.idle();
    expect(arrived()).toEqual([]);
    await stack.clock.advance(1000);
    expect(arrived()).toEqual(['fail']);

    stack.qstash.faults.add({ action: 'delay', delayMs: 5000, times: 1 });
    await publish('delay');
    await stack.clock.advance(4999);
    expect(arrived()).toEqual([]);
    await stack.clock.advance(1);
    expect(arrived()).toEqual(['delay']);

    stack.qstash.faults.add({ action: 'double', times: 1 });
    await publish('double');
    await stack.qstash.idle();
    expect(arrived()).toEqual(['double', 'double']);

    stack.qstash.faults.add({ action: 'reorder', times: 1 });
    await stack.client.batch(['first', 'second', 'third'].map((body) => ({ url, body })));
    await stack.qstash.idle();
    expect(arrived()).toEqual(['second', 'third', 'first']);

    stack.qstash.faults.add({ action: 'lose-answer', times: 1 });
    await publish('lost');
    await stack.clock.advance(1000);
    expect(arrived()).toEqual(['lost', 'lost']);
  });

  it('hit the same deliveries with the same seed', async () => {
    const hits = async (seed: number): Promise<boolean[]> => {
      const stack = await openStack({ parallelism: 1 });
      const url = stack.route('/in', () => new Response('ok'));
      stack.qstash.faults.add({ action: 'fail', probability: 0.5, seed });
      for (let index = 0; index < 20; index++) await stack.client.publish({ url, retries: 0 });
      await stack.qstash.idle();
      return stack.deliveries.map(({ error }) => error !== undefined);
    };
    const first = await hits(7);
    expect(await hits(7)).toEqual(first);
    expect(await hits(8)).not.toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('never make a workflow end twice, whatever is lost or doubled', async () => {
    const stack = await openStack({ parallelism: 1 });
    const ends: string[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('a', () => 1);
        await context.waitForEvent('wait', 'ev', { timeout: '1h' });
        await Promise.all([context.run('b', () => 2), context.run('c', () => 3)]);
        ends.push(context.workflowRunId);
      },
    });
    stack.qstash.faults.add({ action: 'double', probability: 0.4, seed: 1 });
    stack.qstash.faults.add({ action: 'lose-answer', probability: 0.4, seed: 2 });
    stack.qstash.faults.add({ action: 'reorder', probability: 0.4, seed: 3 });
    const ids: string[] = [];
    for (let index = 0; index < 10; index++) {
      ids.push((await stack.workflow.trigger({ url, retries: 20, retryDelay: '1000' })).workflowRunId);
    }
    await stack.clock.advance(3 * 3_600_000);
    for (const id of ids) expect((await logOf(stack, id)).workflowState).toBe('RUN_SUCCESS');
    expect(new Set(ends)).toEqual(new Set(ids));
  });
});

describe('order', () => {
  it('what is due at one instant is delivered in the order it was accepted', async () => {
    const stack = await openStack({ parallelism: 1 });
    const url = stack.route('/in', () => new Response('ok'));
    const bodies = Array.from({ length: 30 }, (_, index) => String(index));
    for (const body of bodies) await stack.client.publish({ url, body, delay: '1m' });
    await stack.clock.advance(60_000);
    expect(stack.seen.map(({ body }) => body)).toEqual(bodies);
  });
});
