import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';
import { mountWorkflow } from './workflow-stack.ts';

/** Upstash bills every attempt to deliver a message, and nothing else: not triggers, notifications or cancellations. */
describe('billed messages', () => {
  it('a batch of 10 messages is 10', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    await stack.client.batch(Array.from({ length: 10 }, () => ({ url, label: 'l' })));
    await stack.qstash.idle();
    expect(stack.qstash.stats.billed).toBe(10);
    expect(stack.qstash.stats.billedByLabel.get('l')).toBe(10);
  });

  it('a run that waits for an event and does one step is 3', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.waitForEvent('wait', 'ev', { timeout: '1d' });
        await context.run('last', () => 1);
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    expect(stack.qstash.stats.billed).toBe(1);
    await stack.workflow.notify({ eventId: 'ev' });
    await stack.qstash.idle();
    expect(stack.qstash.stats.billedByRun.get(workflowRunId)).toBe(3);
  });

  it('every retry of a step is one more, and so is the call of the failure function', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          throw new Error('bad');
        });
      },
      failureFunction: () => {},
    });
    const { workflowRunId } = await stack.workflow.trigger({ url, retries: 2, retryDelay: '0' });
    await stack.qstash.idle();
    expect(stack.qstash.stats.billedByRun.get(workflowRunId)).toBe(1 + 2 + 1);
  });

  it('callbacks are messages; what is cancelled or deduplicated before its delivery is none', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    await stack.client.publish({ url, callback: url });
    for (let time = 0; time < 2; time++) await stack.client.publish({ url, deduplicationId: 'd' });
    const { messageId } = await stack.client.publish({ url, delay: '1m' });
    await stack.client.messages.delete(messageId);
    await stack.clock.advance(60_000);
    expect(stack.qstash.stats.billed).toBe(2 + 1);
  });
});
