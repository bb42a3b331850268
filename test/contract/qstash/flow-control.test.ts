import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';
import { mountWorkflow } from './workflow-stack.ts';

describe('flow control', () => {
  it('no more messages of a key run at once than its parallelism, in the order they were published', async () => {
    const stack = await openStack();
    const answered: string[] = [];
    let running = 0;
    let most = 0;
    const url = stack.route('/in', async (request) => {
      running += 1;
      most = Math.max(most, running);
      const body = await request.text();
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      answered.push(body);
      return new Response('ok');
    });
    const bodies = Array.from({ length: 8 }, (_, index) => String(index));
    await stack.client.batch(
      bodies.map((body) => ({ url, body, flowControl: { key: 'k', parallelism: 2 } })),
    );
    await stack.qstash.idle();
    expect(most).toBe(2);
    expect(answered).toHaveLength(8);
    expect(stack.seen.map(({ body }) => body)).toEqual(bodies);
  });

  it('no more messages of a key start in a period than its rate', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const flowControl = { key: 'k', rate: 2, period: '1m' } as const;
    for (let index = 0; index < 5; index++) await stack.client.publish({ url, flowControl });
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(2);
    expect(await stack.client.flowControl.get('k')).toMatchObject({
      flowControlKey: 'k',
      waitListSize: 3,
      rateMax: 2,
      rateCount: 2,
      ratePeriod: 60,
    });
    await stack.clock.advance(60_000);
    expect(stack.seen).toHaveLength(4);
    await stack.clock.advance(60_000);
    expect(stack.seen).toHaveLength(5);
    expect(stack.clock.next()).toBeUndefined();
  });

  it('a message that is cancelled while a fault delays it makes room for the next', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const flowControl = { key: 'k', parallelism: 1 } as const;
    stack.qstash.faults.add({ action: 'delay', times: 1, delayMs: 60_000 });
    const { messageId } = await stack.client.publish({ url, body: 'a', flowControl });
    await stack.client.publish({ url, body: 'b', flowControl });
    await stack.qstash.idle();
    expect(stack.seen).toEqual([]);
    await stack.client.messages.delete(messageId);
    await stack.qstash.idle();
    expect(stack.seen.map(({ body }) => body)).toEqual(['b']);
  });

  it('a message that is cancelled while it waits makes room for the next', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const flowControl = { key: 'k', rate: 1, period: '1m' } as const;
    const ids: string[] = [];
    for (const body of ['a', 'b', 'c'])
      ids.push((await stack.client.publish({ url, body, flowControl })).messageId);
    await stack.qstash.idle();
    await stack.client.messages.delete(ids[1] ?? '');
    expect(await stack.client.flowControl.get('k')).toMatchObject({ waitListSize: 1 });
    await stack.clock.advance(60_000);
    expect(stack.seen.map(({ body }) => body)).toEqual(['a', 'c']);
    expect(stack.clock.next()).toBeUndefined();
  });

  it('the failure function of a run that failed waits for the key, and is called', async () => {
    const stack = await openStack();
    const failures: string[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          throw new Error('bad');
        });
      },
      failureFunction: ({ failResponse }) => void failures.push(failResponse),
    });
    const flowControl = { key: 'k', rate: 1, period: '1m' } as const;
    await stack.workflow.trigger({ url, retries: 0, flowControl });
    await stack.qstash.idle();
    expect(failures).toEqual([]);
    await stack.clock.advance(60_000);
    expect(failures).toEqual(['bad']);
  });

  it('a key is paused, resumed, pinned, unpinned and its rate reset', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const flowControl = { key: 'k', rate: 1, period: '1h' } as const;
    await stack.client.flowControl.pause('k');
    for (let index = 0; index < 5; index++) await stack.client.publish({ url, flowControl });
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(0);
    await stack.client.flowControl.resume('k');
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(1);
    await stack.client.flowControl.resetRate('k');
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(2);
    await stack.client.flowControl.pin('k', { rate: 2, period: 60 });
    await stack.qstash.idle();
    expect(await stack.client.flowControl.get('k')).toMatchObject({ isPinnedRate: true, rateMax: 2 });
    expect(stack.seen).toHaveLength(4);
    await stack.client.flowControl.unpin('k', { rate: true });
    expect(await stack.client.flowControl.get('k')).toMatchObject({ isPinnedRate: false, rateMax: 1 });
    await stack.clock.advance(3_600_000);
    expect(stack.seen).toHaveLength(5);
    await expect(stack.client.flowControl.get('unknown')).rejects.toThrow(/not found/);
    expect(await stack.client.flowControl.getGlobalParallelism()).toEqual({
      parallelismMax: 100,
      parallelismCount: 0,
    });
  });

  it('the key of a trigger holds for every step of its runs', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('a', () => 1);
        await context.run('b', () => 2);
      },
    });
    await stack.workflow.trigger({ url, flowControl: { key: 'k', rate: 1, period: '1m' } });
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(1);
    await stack.clock.advance(60_000);
    expect(stack.seen).toHaveLength(2);
    await stack.clock.advance(60_000);
    expect(stack.seen).toHaveLength(3);
  });
});
