import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as WorkflowClient } from '@upstash/workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQueue } from '../../../src/runs/index.ts';

interface Received {
  method: string;
  url: string;
  contentType: string | undefined;
  body: string;
}

const received: Received[] = [];
let answer: unknown = [{ messageId: 'msg_1' }];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = request;
  received.push({
    method,
    url,
    contentType: headers['content-type'],
    body: Buffer.concat(chunks).toString(),
  });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function sentBy(send: () => Promise<unknown>): Promise<Received | undefined> {
  received.length = 0;
  await send();
  expect(received).toHaveLength(1);
  return received[0];
}

const trigger = {
  runId: 'wfr_abc',
  url: 'https://app.test/api/workflows/v1/activation',
  payload: { hello: 'world' },
  label: 'welcome',
  recovery: { retries: 2, retryDelay: '1000 * pow(2, retried)' },
  headers: { 'x-vercel-protection-bypass': 's' },
};

describe('what QStash is sent', () => {
  it.each([
    ['', undefined],
    [' under flow control', 'skene.audience'],
  ])(
    'is, for a run to start%s, what `trigger` of the vendor’s workflow client sends',
    async (_how, flowKey) => {
      const ours = await sentBy(() => createQueue({ url, token: 't' }).start([{ ...trigger, flowKey }]));
      const theirs = await sentBy(() =>
        new WorkflowClient({ baseUrl: url, token: 't', enableTelemetry: false }).trigger({
          url: trigger.url,
          body: trigger.payload,
          workflowRunId: 'abc',
          label: 'welcome',
          retries: 2,
          retryDelay: trigger.recovery.retryDelay,
          headers: trigger.headers,
          disableTelemetry: true,
          ...(flowKey && { flowControl: { key: flowKey, parallelism: 1 } }),
        }),
      );
      expect(JSON.parse(ours?.body ?? '')).toEqual(JSON.parse(theirs?.body ?? ''));
      expect(ours?.url).toBe(theirs?.url);
    },
  );

  it('is, for a run to wake, what `notify` of the vendor’s workflow client sends', async () => {
    const ours = await sentBy(() =>
      createQueue({ url, token: 't' }).notify('wfr_abc', 'abc-step-1', { a: 1 }),
    );
    const theirs = await sentBy(() =>
      new WorkflowClient({ baseUrl: url, token: 't' }).notify({
        workflowRunId: 'wfr_abc',
        eventId: 'abc-step-1',
        eventData: { a: 1 },
      }),
    );
    expect(ours).toEqual(theirs);
  });
});

describe('what QStash answers', () => {
  it('is read for each run of a batch', async () => {
    answer = [
      { messageId: 'msg_1' },
      { error: 'quota exceeded' },
      { messageId: 'msg_2', deduplicated: true },
    ];
    const answers = await createQueue({ url, token: 't' }).start([trigger, trigger, trigger, trigger]);
    expect(answers).toEqual([
      { accepted: true },
      { accepted: false, reason: 'quota exceeded' },
      { accepted: true },
      { accepted: false, reason: 'QStash did not answer for it' },
    ]);
  });
});
