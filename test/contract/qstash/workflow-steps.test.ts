import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

describe('workflow steps', () => {
  it('run and sleep steps are replayed to the end', async () => {
    const stack = await openStack();
    const ran: string[] = [];
    const url = mountWorkflow<{ n: number }>(stack, '/main', {
      async run(context) {
        const first = await context.run('first', () => {
          ran.push('first');
          return context.requestPayload.n + 1;
        });
        await context.sleep('nap', '7d');
        const second = await context.run('second', () => {
          ran.push('second');
          return first * 10;
        });
        return { second };
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url, body: { n: 1 }, workflowRunId: 'one' });
    await stack.qstash.idle();
    expect(workflowRunId).toBe('wfr_one');
    expect(ran).toEqual(['first']);
    await stack.clock.advance(7 * 86_400_000);
    expect(ran).toEqual(['first', 'second']);
    const log = await logOf(stack, workflowRunId);
    expect(log.workflowState).toBe('RUN_SUCCESS');
    expect(log.workflowRunResponse).toBe('{"second":20}');
    expect(stack.qstash.stats.billedByRun.get(workflowRunId)).toBe(4);
  });

  it('a wait ends with the event that notify sends to its run', async () => {
    const stack = await openStack();
    const results: unknown[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('first', () => 1);
        const result = await context.waitForEvent('wait', `event-${context.workflowRunId}`, {
          timeout: '1d',
        });
        await context.run('last', () => results.push(result));
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    const eventId = `event-${workflowRunId}`;
    expect(await stack.workflow.getWaiters({ eventId })).toHaveLength(1);
    const notified = await stack.workflow.notify({ eventId, eventData: { a: 'ü' }, workflowRunId });
    expect(notified).toMatchObject([{ workflowRunId, error: '' }]);
    await stack.qstash.idle();
    expect(results).toEqual([{ eventData: { a: 'ü' }, timeout: false }]);
  });
});
