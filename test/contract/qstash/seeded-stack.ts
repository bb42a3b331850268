import { Client } from '@upstash/qstash';
import { createWorkflow, serveMany } from '@upstash/workflow/hono';
import { Hono } from 'hono';

import { DEV_TOKEN } from '../../../src/dev/qstash/index.ts';
import { type LocalStack, openStack } from './local-stack.ts';
import { logOf, mountWorkflow } from './workflow-stack.ts';

/** A stack in which something of every kind exists: a message, a dead letter, a schedule, runs in every state. */
export interface SeededStack extends LocalStack {
  /** What the parameters of the specifications' paths stand for, for an operation such as `GET /v2/dlq/{dlqId}`. */
  parameter(name: string, operation: string): string;
}

const MINUTE_MS = 60_000;

const EVERYTHING = {
  label: ['one', 'two'],
  flowControl: { key: 'key', parallelism: 2, rate: 100, period: '1m' as const },
  retryDelay: '1000',
};

/** Opens such a stack. */
export async function openSeededStack(): Promise<SeededStack> {
  const stack = await openStack();
  const messageId = await seedMessages(stack);
  const runs = await seedRuns(stack);
  const dlqIds = {
    message: (await stack.client.dlq.listMessages()).messages[0]?.dlqId ?? '',
    failed: (await logOf(stack, runs.failed)).dlqId ?? '',
    calling: (await logOf(stack, runs.calling)).dlqId ?? '',
  };
  const dlqIdOf = (operation: string): string => {
    if (operation.startsWith('DELETE /v2/workflows/dlq/callback')) return dlqIds.calling;
    return operation.includes('/workflows/') ? dlqIds.failed : dlqIds.message;
  };
  const parameters: Record<string, string> = {
    destination: `${stack.app}/ok`,
    workflowUrl: `${stack.app}/waiting`,
    messageId,
    scheduleId: 'every-minute',
    flowControlKey: 'key',
    workflowRunId: runs.waiting,
    eventId: 'event',
    queueName: 'queue',
    urlGroupName: 'group',
  };
  return {
    ...stack,
    parameter: (name, operation) => (name === 'dlqId' ? dlqIdOf(operation) : (parameters[name] ?? '')),
  };
}

/** Dead letters of several kinds, and the id of a message that waits for its delay. */
async function seedMessages(stack: LocalStack): Promise<string> {
  const url = stack.route('/ok', () => new Response('ok'));
  const bad = stack.route('/bad', () => new Response(Buffer.from([255, 0]), { status: 500 }));
  const callbacks = { callback: url, failureCallback: url };
  await stack.client.schedules.create({
    ...EVERYTHING,
    ...callbacks,
    destination: bad,
    cron: '* * * * *',
    scheduleId: 'every-minute',
    body: new Blob([Buffer.from([255])]),
    delay: '1m',
    retries: 0,
  });
  await stack.clock.advance(2 * MINUTE_MS);
  await stack.client.publish({
    ...callbacks,
    url: bad,
    body: 'body',
    retries: 1,
    retryDelay: '0',
    timeout: '9s',
  });
  await stack.qstash.idle();
  const { logs } = await stack.client.logs({ filter: { scheduleId: 'every-minute', state: 'CREATED' } });
  return logs[0]?.messageId ?? '';
}

/** The ids of a run that waits, one that failed for good, and one whose failure function is being retried. */
async function seedRuns(stack: LocalStack) {
  const failing = mountWorkflow(stack, '/failing', {
    async run(context) {
      await context.run('bad', () => {
        throw new Error('bad');
      });
    },
    failureFunction: () => Promise.reject(new Error('worse')),
  });
  const waiting = mountWorkflow(stack, '/waiting', {
    async run(context) {
      await context.waitForEvent('wait', 'event', { timeout: '1d' });
    },
  });
  const trigger = async (url: string, retries: number) =>
    (await stack.workflow.trigger({ ...EVERYTHING, url, retries, body: 'payload' })).workflowRunId;
  await trigger(mountParent(stack), 0);
  await trigger(failing, 5);
  const ids = {
    waiting: await trigger(waiting, 0),
    failed: await trigger(failing, 0),
    calling: await trigger(failing, 1),
  };
  await stack.qstash.idle();
  await stack.clock.advance(1000);
  return ids;
}

/** A workflow that calls an endpoint and invokes another workflow. */
function mountParent(stack: LocalStack): string {
  const child = createWorkflow((context) => context.run('only', () => 'result'));
  const parent = createWorkflow(async (context) => {
    const headers = { 'x-a': 'b' };
    await context.call('call', { url: `${stack.app}/ok`, method: 'POST', body: 'b', headers });
    await context.invoke('invoke', { workflow: child, body: 'b' });
    await context.waitForEvent('wait', 'other', { timeout: 1 });
  });
  const qstashClient = new Client({ baseUrl: stack.url, token: DEV_TOKEN, retry: false });
  const app = new Hono().post('/many/*', serveMany({ parent, child }, { qstashClient, baseUrl: stack.app }));
  for (const name of ['parent', 'child']) stack.route(`/many/${name}`, (request) => app.fetch(request));
  return `${stack.app}/many/parent`;
}
