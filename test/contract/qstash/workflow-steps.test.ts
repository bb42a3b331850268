import { Client } from '@upstash/qstash';
import { createWorkflow, serveMany } from '@upstash/workflow/hono';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';

import { DEV_TOKEN } from '../../../src/dev/qstash/index.ts';
import { openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

const DAY_MS = 86_400_000;

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
    await stack.clock.advance(7 * DAY_MS);
    expect(ran).toEqual(['first', 'second']);
    const log = await logOf(stack, workflowRunId);
    expect(log.workflowState).toBe('RUN_SUCCESS');
    expect(log.workflowRunResponse).toBe('{"second":20}');
    expect(stack.qstash.stats.billedByRun.get(workflowRunId)).toBe(4);
  });

  it('sleepUntil wakes at the time it names', async () => {
    const start = Date.parse('2026-03-01T00:00:00Z');
    const stack = await openStack({ start });
    let wokenAt = 0;
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.sleepUntil('until', new Date(start + 90_000));
        await context.run('last', () => {
          wokenAt = stack.clock.now();
        });
      },
    });
    await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    await stack.clock.advance(3_600_000);
    expect(wokenAt).toBe(start + 90_000);
  });

  it('user headers, label and creation time reach every delivery of a run', async () => {
    const stack = await openStack();
    const seen: unknown[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('first', () => 1);
        await context.run('second', () => {
          seen.push([context.headers.get('x-user'), context.labels, context.workflowRunCreatedAt]);
        });
      },
    });
    await stack.workflow.trigger({ url, headers: { 'x-user': 'u' }, label: ['a', 'b'] });
    await stack.qstash.idle();
    expect(seen).toEqual([['u', ['a', 'b'], stack.clock.now()]]);
    expect(stack.qstash.stats.billedByLabel.get('b')).toBe(3);
  });

  it('context.call is billed twice and its result reaches the run', async () => {
    const stack = await openStack();
    const results: unknown[] = [];
    const target = stack.route('/target', async (request) => {
      expect(request.headers.get('upstash-workflow-runid')).toBeNull();
      return Response.json(
        { echoed: await request.json(), user: request.headers.get('x-call') },
        { status: 201 },
      );
    });
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        const { status, body } = await context.call('call', {
          url: target,
          method: 'POST',
          body: JSON.stringify({ x: 'ü' }),
          headers: { 'x-call': '1' },
        });
        await context.run('last', () => results.push({ status, body }));
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url, headers: { 'x-user': 'u' } });
    await stack.qstash.idle();
    expect(results).toEqual([{ status: 201, body: { echoed: { x: 'ü' }, user: '1' } }]);
    expect(stack.deliveries.map(({ kind }) => kind)).toEqual(['step', 'call', 'callback', 'step', 'step']);
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_SUCCESS');
  });

  it('a call that fails after its retries gives its status to the run, with one callback', async () => {
    const stack = await openStack();
    const statuses: number[] = [];
    const target = stack.route('/target', () => new Response('no', { status: 500 }));
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        const { status } = await context.call('call', { url: target, retries: 2, retryDelay: '1000' });
        await context.run('last', () => statuses.push(status));
      },
    });
    await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    await stack.clock.advance(10_000);
    expect(statuses).toEqual([500]);
    expect(stack.seen.filter(({ path }) => path === '/target')).toHaveLength(3);
    expect(stack.deliveries.filter(({ kind }) => kind === 'callback')).toHaveLength(1);
  });

  it('parallel steps cost two deliveries each and their results come together', async () => {
    const stack = await openStack();
    const results: unknown[] = [];
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        const both = await Promise.all([
          context.run('p1', () => 1),
          context.sleep('p2', '1h'),
          context.run('p3', () => 3),
          context.waitForEvent('p4', 'ev', { timeout: '30m' }),
        ]);
        await context.run('last', () => results.push(both));
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    const half = await logOf(stack, workflowRunId);
    expect(half.steps[1]).toMatchObject({
      type: 'parallel',
      steps: [
        { stepName: 'p1', state: 'STEP_SUCCESS' },
        { stepName: 'p2', state: 'STEP_PROGRESS' },
        { stepName: 'p3', state: 'STEP_SUCCESS' },
        { stepName: 'p4', state: 'STEP_PROGRESS', waitEventId: 'ev' },
      ],
    });
    await stack.clock.advance(3_600_000);
    expect(results).toHaveLength(1);
    const [[p1, , p3, p4]] = results as [[number, unknown, number, { timeout: boolean }]];
    expect([p1, p3, p4.timeout]).toEqual([1, 3, true]);
    expect(stack.qstash.stats.billedByRun.get(workflowRunId)).toBe(1 + 2 * 4 + 1);
  });

  it('an invoked workflow gives its result, or its failure, to the run that invoked it', async () => {
    const stack = await openStack();
    const results: unknown[] = [];
    const childOk = createWorkflow<{ p: number }, string>(
      async (context) => await context.run('child', () => `got ${context.requestPayload.p}`),
    );
    const childBad = createWorkflow(async (context) => {
      await context.run('bad', () => {
        throw new Error('child broke');
      });
    });
    const parent = createWorkflow(async (context) => {
      const good = await context.invoke('good', { workflow: childOk, body: { p: 1 } });
      const bad = await context.invoke('bad', { workflow: childBad, body: undefined, retries: 0 });
      await context.run('last', () => results.push(good, bad));
    });
    const app = new Hono();
    const qstashClient = new Client({ baseUrl: stack.url, token: DEV_TOKEN, retry: false });
    app.post('/many/*', serveMany({ parent, childOk, childBad }, { qstashClient, baseUrl: stack.app }));
    for (const name of ['parent', 'childOk', 'childBad'])
      stack.route(`/many/${name}`, (request) => app.fetch(request));
    const { workflowRunId } = await stack.workflow.trigger({ url: `${stack.app}/many/parent` });
    await stack.qstash.idle();
    expect(results).toEqual([
      { body: 'got 1', isFailed: false, isCanceled: false },
      { body: undefined, isFailed: true, isCanceled: false },
    ]);
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_SUCCESS');
    const { runs } = await stack.workflow.logs({ filter: { state: 'RUN_FAILED' } });
    expect(runs[0]?.invoker?.workflowRunId).toBe(workflowRunId);
  });

  it('the log shows what a run called and invoked, under way and afterwards', async () => {
    const stack = await openStack();
    let calls = 0;
    const target = stack.route('/target', () => {
      calls += 1;
      return calls === 1 ? new Response('', { status: 500 }) : new Response('pong');
    });
    const child = createWorkflow(async (context) => {
      await context.sleep('nap', '1h');
    });
    const parent = createWorkflow(async (context) => {
      const request = { url: target, method: 'POST', body: 'ping', retries: 1, retryDelay: '60000' } as const;
      await Promise.all([
        context.call('call', request),
        context.invoke('invoke', { workflow: child, body: 'payload' }),
      ]);
    });
    const qstashClient = new Client({ baseUrl: stack.url, token: DEV_TOKEN, retry: false });
    const app = new Hono().post(
      '/many/*',
      serveMany({ parent, child }, { qstashClient, baseUrl: stack.app }),
    );
    for (const name of ['parent', 'child']) stack.route(`/many/${name}`, (request) => app.fetch(request));
    const { workflowRunId } = await stack.workflow.trigger({ url: `${stack.app}/many/parent` });
    await stack.qstash.idle();
    const called = { callUrl: target, callMethod: 'POST', callBody: 'ping' };
    const invoked = { invokedWorkflowUrl: `${stack.app}/many/child`, invokedWorkflowRunBody: 'payload' };
    expect((await logOf(stack, workflowRunId)).steps[1]).toMatchObject({
      type: 'parallel',
      steps: [
        { stepName: 'call', state: 'STEP_RETRY', ...called, nextDeliveryTime: stack.clock.now() + 60_000 },
        { stepName: 'invoke', state: 'STEP_PROGRESS', ...invoked },
      ],
    });
    await stack.clock.advance(3_600_000);
    const log = await logOf(stack, workflowRunId);
    expect(log.workflowState).toBe('RUN_SUCCESS');
    expect(log.steps[1]).toMatchObject({
      type: 'parallel',
      steps: [
        { state: 'STEP_SUCCESS', ...called, callResponseStatus: 200, callResponseBody: 'pong' },
        { state: 'STEP_SUCCESS', ...invoked, invokedWorkflowRunId: expect.stringMatching(/^wfr_/) },
      ],
    });
  });

  it('a webhook wakes the run with the request it received', async () => {
    const stack = await openStack();
    const results: unknown[] = [];
    let webhookUrl = '';
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        const webhook = await context.createWebhook('hook');
        webhookUrl = webhook.webhookUrl;
        const first = await context.waitForWebhook('wait', webhook, '1h');
        const second = await context.waitForWebhook('again', webhook, '1h');
        await context.run('last', async () => {
          results.push(await first.request?.json(), first.request?.headers.get('x-a'), first.request?.url);
          results.push(second.timeout);
        });
      },
    });
    await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    const answer = await fetch(webhookUrl, { method: 'PUT', body: '{"paid":true}', headers: { 'x-a': 'b' } });
    expect(answer.status).toBe(200);
    await stack.qstash.idle();
    await stack.clock.advance(3_600_000);
    expect(results).toEqual([{ paid: true }, 'b', webhookUrl, true]);
  });

  it('context.cancel ends the run as cancelled', async () => {
    const stack = await openStack();
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('first', () => 1);
        await context.cancel();
      },
    });
    const { workflowRunId } = await stack.workflow.trigger({ url });
    await stack.qstash.idle();
    expect((await logOf(stack, workflowRunId)).workflowState).toBe('RUN_CANCELED');
  });

  it('lazy mode sends empty bodies and the SDK fetches the steps', async () => {
    const stack = await openStack({ lazyFetchBytes: 10 });
    const results: unknown[] = [];
    const url = mountWorkflow<{ n: number }>(stack, '/main', {
      async run(context) {
        const n = await context.run('first', () => context.requestPayload.n + 1);
        const [a, b] = await Promise.all([context.run('a', () => n), context.run('b', () => n + 1)]);
        await context.run('last', () => results.push(a, b));
      },
    });
    await stack.workflow.trigger({ url, body: { n: 1 } });
    await stack.qstash.idle();
    expect(results).toEqual([2, 3]);
    expect(stack.seen.every(({ body }) => body === '')).toBe(true);
  });
});
