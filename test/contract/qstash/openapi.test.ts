import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import openapi from './openapi.json' with { type: 'json' };
import { createAnswerChecker, DOCUMENTED_FIELDS, type OpenApiType } from './openapi-types.ts';
import { openSeededStack, type SeededStack } from './seeded-stack.ts';

interface Operation {
  operation: string;
  status?: number;
  answer?: OpenApiType;
  notAvailable?: string;
}

const OPERATIONS = openapi.operations as Operation[];

/** What a request needs besides its path; most need nothing. */
const REQUESTS: Record<string, { query?: string; headers?: Record<string, string>; body?: string }> = {
  'POST /v2/batch': { body: '[{"destination":"http://127.0.0.1:9/"}]' },
  'POST /v2/batch/trigger': { body: '[{"destination":"http://127.0.0.1:9/"}]' },
  'POST /v2/schedules/{destination}': { headers: { 'upstash-cron': '0 0 * * *' } },
  'POST /v2/flowControl/{flowControlKey}/pin': { query: '?rate=1&period=60' },
  'POST /v2/flowControl/{flowControlKey}/unpin': { query: '?rate=true' },
};

/** Where the SDK's types and the specification disagree, the SDK is right: it is what users have. */
const ANSWERS_OF_SDK: Record<string, OpenApiType> = {
  'POST /v2/notify/{workflowRunId}/{eventId}': ['NotifyResponse'],
};

const OF_WHAT_IS_NOT_AVAILABLE = /\.(topicName|endpointName|queueName)$/;

/** Fields that nothing in the seeded stack gives a value. */
const NOT_SEEN_HERE = [
  'Error.error',
  'PublishResponse.deduplicated',
  // The SDK reads callerIP.
  'Schedule.callerIp',
  'WorkflowDLQMessage.bodyBase64',
  'WorkflowDLQMessage.responseBodyBase64',
  'NotifyResponse.deduplicated',
];

let stack: SeededStack;

beforeEach(async () => {
  // The clients tell of every failure, and failures are wanted here.
  for (const method of ['error', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {});
  stack = await openSeededStack();
});

afterEach(() => void vi.restoreAllMocks());

function request(operation: string): Promise<Response> {
  const [method = '', template = ''] = operation.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => stack.parameter(name, operation));
  const { query = '', ...init } = REQUESTS[operation] ?? {};
  return stack.call(method, path + query, init);
}

describe("every operation of Upstash's specifications", () => {
  it.each(OPERATIONS.filter(({ notAvailable }) => notAvailable === undefined))(
    '$operation answers as specified',
    async ({ operation, status, answer }) => {
      const response = await request(operation);
      const text = await response.text();
      expect([response.status, text]).toEqual([status, expect.any(String)]);
      const checker = createAnswerChecker();
      const type = ANSWERS_OF_SDK[operation] ?? answer;
      if (type !== undefined) expect(checker.violations(JSON.parse(text), type)).toEqual([]);
    },
  );

  it.each(OPERATIONS.filter(({ notAvailable }) => notAvailable !== undefined))(
    '$operation says that $notAvailable are not available',
    async ({ operation, notAvailable }) => {
      const response = await request(operation);
      expect(response.status).toBe(501);
      expect(await response.json()).toEqual({ error: expect.stringContaining(notAvailable ?? '') });
    },
  );

  it('every documented field is served, but for those of what is not available', async () => {
    const checker = createAnswerChecker();
    const publishing = ['POST /v2/publish/{destination}', 'POST /v2/notify/{eventId}'];
    for (const { operation, answer, notAvailable } of OPERATIONS) {
      if (notAvailable !== undefined || answer === undefined) continue;
      if (!operation.startsWith('GET ') && !publishing.includes(operation)) continue;
      checker.violations(await (await request(operation)).json(), answer);
    }
    const missing = DOCUMENTED_FIELDS.filter((field) => !checker.served.has(field));
    expect(missing.filter((field) => !OF_WHAT_IS_NOT_AVAILABLE.test(field))).toEqual(NOT_SEEN_HERE);
  });
});

describe('what no specification knows', () => {
  it.each([
    'GET /v2/nothing',
    'GET /v2/batch',
    'PUT /v2/keys',
    'POST /v2/messages/id',
    'GET /v2/workflows/runs/id/steps',
    'POST /v2/dlq/retry/id/now',
    'GET /v3/keys',
  ])('%s is not found', async (operation) => {
    const response = await request(operation);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: expect.stringMatching(/not found$/) });
  });
});
