import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createClock } from '../../../src/dev/clock.ts';
import { createQStash, DEV_TOKEN } from '../../../src/dev/qstash/index.ts';

const BASE = 'http://qstash.local';

function openServer() {
  return createQStash({
    clock: createClock({ frozen: true }),
    journal: undefined,
    url: BASE,
    fetch: async () => new Response('ok'),
  });
}

function request(
  path: string,
  {
    method = 'POST',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Request(BASE + path, {
    method,
    headers: { authorization: `Bearer ${DEV_TOKEN}`, ...headers },
    body: body ?? null,
  });
}

async function expectAnswered(response: Response): Promise<void> {
  expect(response.status === 501 || response.status < 500).toBe(true);
  if (response.status >= 400) {
    expect(await response.json()).toEqual({ error: expect.stringMatching(/./) });
  }
}

const HEADERS = [
  'upstash-delay',
  'upstash-not-before',
  'upstash-retries',
  'upstash-retry-delay',
  'upstash-timeout',
  'upstash-method',
  'upstash-callback',
  'upstash-failure-callback',
  'upstash-callback-retries',
  'upstash-flow-control-key',
  'upstash-flow-control-value',
  'upstash-label',
  'upstash-redact-fields',
  'upstash-cron',
  'upstash-schedule-id',
  'upstash-workflow-runid',
  'upstash-workflow-init',
  'upstash-workflow-invoke',
  'upstash-workflow-calltype',
  'upstash-forward-x',
  'content-type',
];

const headerValue = fc.oneof(
  fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll(/[^\t\x20-\x7e]/g, '')),
  fc.constantFrom(
    'true',
    'false',
    '1',
    '10s',
    'a=1',
    'parallelism=1',
    'http://a',
    'toCallback',
    '* * * * *',
    '(((((',
  ),
);

describe('hostile input', () => {
  it('headers of a publish never crash the server', async () => {
    const qstash = openServer();
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...HEADERS), headerValue),
        fc.constantFrom(
          '/v2/publish/http://a.test/',
          '/v2/schedules/http://a.test/',
          '/v2/trigger/http://a.test/',
        ),
        fc.option(fc.string(), { nil: undefined }),
        async (headers, path, body) => {
          await expectAnswered(
            await qstash.handle(request(path, { headers, ...(body === undefined ? {} : { body }) })),
          );
        },
      ),
      { numRuns: 300 },
    );
    qstash.close();
  });

  it('bodies that are not what an endpoint expects never crash the server', async () => {
    const qstash = openServer();
    const paths = [
      '/v2/batch',
      '/v2/batch/trigger',
      '/v2/wait/e',
      '/v2/notify/e',
      '/v2/notify/r/e',
      '/dev/faults',
    ];
    const item = fc.record(
      {
        destination: fc.oneof(fc.string(), fc.constant('http://a.test')),
        headers: fc.anything(),
        body: fc.anything(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(item).map((items) => JSON.stringify(items) ?? ''),
        ),
        async (path, body) => expectAnswered(await qstash.handle(request(path, { body }))),
      ),
      { numRuns: 300 },
    );
    qstash.close();
  });

  it('paths and queries never crash the server', async () => {
    const qstash = openServer();
    const segment = fc.oneof(
      fc.constantFrom(
        'v2',
        'dlq',
        'messages',
        'events',
        'workflows',
        'runs',
        'flowControl',
        'publish',
        'http:',
        '',
      ),
      fc.webSegment(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH'),
        fc.array(segment, { maxLength: 5 }),
        fc.dictionary(fc.constantFrom('count', 'cursor', 'fromDate', 'state', 'dlqIds'), fc.webFragments()),
        async (method, segments, query) => {
          const path = `/v2/${segments.join('/')}?${new URLSearchParams(query)}`;
          await expectAnswered(await qstash.handle(request(path, { method })));
        },
      ),
      { numRuns: 500 },
    );
    qstash.close();
  });

  it.each([['a step for a run nobody knows', 'can not append to a a cancelled workflow', 400]])(
    '%s is answered as the SDK expects',
    async (_, text, status) => {
      const qstash = openServer();
      const headers = { 'upstash-workflow-runid': 'wfr_x', 'upstash-workflow-init': 'false' };
      const item = { destination: 'http://a.test/', headers, body: '{"stepId":1}' };
      const answer = await qstash.handle(request('/v2/batch', { body: JSON.stringify([item]) }));
      expect([answer.status, await answer.json()]).toEqual([status, { error: text }]);
      qstash.close();
    },
  );
});
