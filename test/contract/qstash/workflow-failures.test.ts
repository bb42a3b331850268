import { WorkflowNonRetryableError, WorkflowRetryAfterError } from '@upstash/workflow';
import { describe, expect, it, vi } from 'vitest';

import { openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

const HOUR_MS = 3_600_000;

describe('workflow failures', () => {
  it('a failing step is retried with the backoff, then the failure function is called and the run is in the DLQ', async () => {
    const stack = await openStack();
    const attempts: number[] = [];
    const failures: unknown[] = [];
    const url = mountWorkflow<{ a: number }>(stack, '/main', {
      async run(context) {
        await context.run('good', () => 1);
        await context.run('bad', () => {
          attempts.push(stack.clock.now());
          throw new Error('no luck');
        });
      },
      failureFunction: async ({ context, failStatus, failResponse }) => {
        failures.push([context.workflowRunId, context.requestPayload, failStatus, failResponse]);
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url, body: { a: 1 }, retries: 2, label: 'l' });
    await stack.qstash.idle();
    expect((await logOf(stack, workflowRunId)).steps.at(-1)).toMatchObject({
      type: 'next',
      steps: [{ stepName: 'bad', state: 'STEP_RETRY', errors: [{ status: 500 }] }],
    });
    await stack.clock.advance(HOUR_MS);
    expect(attempts.map((at) => at - (attempts[0] ?? 0))).toEqual([0, 12_000, 12_000 + 148_000]);
    expect(failures).toEqual([[workflowRunId, { a: 1 }, 500, 'no luck']]);
    const log = await logOf(stack, workflowRunId);
    expect(log).toMatchObject({
      workflowState: 'RUN_FAILED',
      failureFunction: { state: 'CALLBACK_SUCCESS' },
    });
    expect(log.steps.at(-1)).toMatchObject({ type: 'next', steps: [{ state: 'STEP_FAILED' }] });
    const { messages } = await stack.workflow.dlq.list({ filter: { label: 'l' } });
    expect(messages).toMatchObject([
      { workflowRunId, dlqId: log.dlqId, responseStatus: 500, workflowUrl: url },
    ]);
  });

  it('a failure URL is called instead of the workflow, with the answer that failed the run', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          throw new Error('no luck');
        });
      },
    });
    const failureUrl = stack.route('/failed', () => new Response('noted'));
    const { workflowRunId } = await stack.workflow.trigger({ url, failureUrl, retries: 0, body: 'payload' });
    await stack.qstash.idle();
    const [failed] = stack.seen.filter(({ path }) => path === '/failed');
    const report = JSON.parse(failed?.body ?? '{}');
    expect(report).toMatchObject({ workflowRunId, status: 500, sourceBody: btoa('payload') });
    expect(atob(report.body)).toContain('no luck');
    expect((await logOf(stack, workflowRunId)).failureFunction).toMatchObject({
      url: failureUrl,
      state: 'CALLBACK_SUCCESS',
      responseBody: 'noted',
    });
  });

  it('a non-retryable error ends the run at the first attempt', async () => {
    const stack = await openStack();
    let attempts = 0;
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          attempts += 1;
          throw new WorkflowNonRetryableError('never');
        });
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    expect(attempts).toBe(1);
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_FAILED');
  });

  it('Retry-After of an answer decides when the next attempt is', async () => {
    const stack = await openStack();
    const attempts: number[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          attempts.push(stack.clock.now());
          if (attempts.length === 1) throw new WorkflowRetryAfterError('later', 77);
        });
      },
    });
    await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    await stack.clock.advance(HOUR_MS);
    expect(attempts.map((at) => at - (attempts[0] ?? 0))).toEqual([0, 77_000]);
  });

  it('an endpoint that is no workflow fails the run with a text that says so', async () => {
    const stack = await openStack();
    const url = stack.route('/plain', () => new Response('hello'));
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    const log = await logOf(stack, workflowRunId);
    expect(log.workflowState).toBe('RUN_FAILED');
    expect(JSON.stringify(log.steps)).toContain('detected a non-workflow destination for trigger/invoke');
  });

  it('a run goes on where it was, and sleeps as long as it was to, when what failed is the second coming of a step', async () => {
    const stack = await openStack({ parallelism: 1 });
    const woken: number[] = [];
    let isLost = false;
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('first', () => 1);
        // The step was handed in twice, and what is delivered for the second time is lost.
        if (!isLost) stack.qstash.faults.add({ action: 'fail', times: 1 });
        isLost = true;
        await context.sleep('sleep', '1h');
        woken.push(stack.clock.now());
      },
    });
    const start = stack.clock.now();
    stack.qstash.faults.add({ action: 'double', times: 1 });
    await stack.workflow.trigger({ url, retries: 0 });
    await stack.qstash.idle();
    const { messages } = await stack.workflow.dlq.list();
    const { workflowRuns } = await stack.workflow.dlq.resume(messages.map(({ dlqId }) => dlqId));
    await stack.qstash.idle();
    expect(woken).toEqual([]);
    await stack.clock.advance(HOUR_MS);
    expect(woken).toEqual([start + HOUR_MS]);
    expect((await logOf(stack, workflowRuns[0]?.workflowRunId ?? '')).workflowState).toBe('RUN_SUCCESS');
  });

  it('a failed run is resumed where it failed, or restarted from its payload, under a new id', async () => {
    const stack = await openStack();
    const ran: string[] = [];
    let broken = true;
    const leftHasSucceeded = (runId: string) =>
      vi.waitFor(async () =>
        expect((await logOf(stack, runId)).steps[2]).toMatchObject({
          steps: expect.arrayContaining([
            expect.objectContaining({ stepName: 'left', state: 'STEP_SUCCESS' }),
          ]),
        }),
      );
    const url = mountWorkflow<string>(stack, '/main', {
      async run(context) {
        await context.run('first', () => ran.push(`first ${context.requestPayload}`));
        await Promise.all([
          context.run('left', () => ran.push('left')),
          context.run('right', async () => {
            // What had not been handed in when the run failed would have to be run again with it.
            if (broken) await leftHasSucceeded(context.workflowRunId);
            if (broken) throw new Error('broken');
            ran.push('right');
          }),
        ]);
        await context.run('last', () => ran.push('last'));
      },
    });
    for (const workflowRunId of ['a', 'b'])
      await stack.workflow.trigger({ url, workflowRunId, retries: 0, body: workflowRunId });
    await stack.qstash.idle();
    const { messages } = await stack.workflow.dlq.list();
    expect(messages).toHaveLength(2);
    expect((await logOf(stack, 'wfr_a')).steps[2]).toMatchObject({
      type: 'parallel',
      steps: [
        { stepName: 'left', state: 'STEP_SUCCESS' },
        { stepName: 'right', state: 'STEP_FAILED' },
      ],
    });
    broken = false;
    ran.length = 0;
    const dlqIdOf = (id: string): string =>
      messages.find((message) => message.workflowRunId === id)?.dlqId ?? '';
    const { workflowRuns } = await stack.workflow.dlq.resume([dlqIdOf('wfr_a')]);
    await stack.qstash.idle();
    expect(ran).toEqual(['right', 'last']);
    const resumed = workflowRuns[0]?.workflowRunId ?? '';
    expect(resumed).not.toBe('wfr_a');
    expect((await logOf(stack, resumed)).workflowState).toBe('RUN_SUCCESS');
    ran.length = 0;
    await stack.workflow.dlq.restart({ dlqIds: dlqIdOf('wfr_b') });
    await stack.qstash.idle();
    expect([...ran].sort()).toEqual(['first b', 'last', 'left', 'right']);
    expect((await stack.workflow.dlq.list()).messages).toEqual([]);
  });

  it('a failure function that failed is called again on request, and not otherwise', async () => {
    const stack = await openStack();
    let failing = true;
    const calls: string[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('bad', () => {
          throw new Error('no');
        });
      },
      failureFunction: async ({ context }) => {
        calls.push(context.workflowRunId);
        if (failing) throw new Error('not now');
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url, retries: 0 });
    await stack.qstash.idle();
    await stack.clock.advance(HOUR_MS);
    const [message] = (await stack.workflow.dlq.list({ filter: { failureFunctionState: 'CALLBACK_FAIL' } }))
      .messages;
    const dlqId = message?.dlqId ?? '';
    expect(message?.failureCallbackInfo?.state).toBe('CALLBACK_FAIL');
    failing = false;
    calls.length = 0;
    await stack.workflow.dlq.retryFailureFunction({ dlqId });
    await stack.qstash.idle();
    expect(calls).toEqual([workflowRunId]);
    expect((await logOf(stack, workflowRunId)).failureFunction?.state).toBe('CALLBACK_SUCCESS');
    await expect(stack.workflow.dlq.retryFailureFunction({ dlqId })).rejects.toThrow(
      /no failed failure callback/,
    );
    expect(await stack.workflow.dlq.delete(dlqId)).toMatchObject({ deleted: 1 });
  });

  it('a run with more steps than the plan allows fails', async () => {
    const stack = await openStack({ limits: { steps: 3 } });
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        for (let index = 0; index < 5; index++) await context.run(`step ${index}`, () => index);
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_FAILED');
  });

  it('a run started over REST learns its SDK first and has its failure function called', async () => {
    const stack = await openStack();
    const failures: string[] = [];
    const url = mountWorkflow<{ a: number }>(stack, '/main', {
      async run(context) {
        const a = await context.run('first', () => context.requestPayload.a);
        await context.run('bad', () => {
          throw new Error(`${a} ${context.headers.get('x-user')}`);
        });
      },
      failureFunction: async ({ failResponse }) => void failures.push(failResponse),
    });
    const answer = await stack.call('POST', `/v2/trigger/${url}`, {
      headers: { 'upstash-retries': '0', 'upstash-forward-x-user': 'u', 'content-type': 'application/json' },
      body: '{"a":7}',
    });
    const { workflowRunId } = (await answer.json()) as { workflowRunId: string };
    await stack.qstash.idle();
    expect(failures).toEqual(['7 u']);
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_FAILED');
  });
});
