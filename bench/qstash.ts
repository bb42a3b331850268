/**
 * How fast the local QStash is and how much memory it takes: `node --expose-gc --import tsx bench/qstash.ts`.
 * Requests and deliveries stay in this process; what is measured is the server, and in the rows about runs also the
 * vendors' SDK on both ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from '@upstash/qstash';
import { serve, Client as WorkflowClient } from '@upstash/workflow';

import { createClock } from '../src/dev/clock.ts';
import { createQStash, DEV_TOKEN, type QStash } from '../src/dev/qstash/index.ts';

const URL_OF_SERVER = 'http://qstash.bench';
const URL_OF_APP = 'http://app.bench/main';
const MESSAGES = 50_000;
const RUNS = 3_000;
const WAITING_RUNS = 10_000;
const REPLAYED = 100_000;

type Handler = (request: Request) => Promise<Response>;

const directory = mkdtempSync(join(tmpdir(), 'bench-qstash-'));
const rows: Array<{ what: string; result: string }> = [];

function note(what: string, result: string): void {
  rows.push({ what, result });
}

const perSecond = (count: number, startedAt: number): string =>
  `${Math.round(count / ((performance.now() - startedAt) / 1000)).toLocaleString('en')} /s`;

const seconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(2)} s`;

function openServer(journal: string | undefined, app: Handler): QStash {
  const clock = createClock({ frozen: true });
  return createQStash({ clock, journal, url: URL_OF_SERVER, fetch: app });
}

function post(path: string, body: string, headers: Record<string, string> = {}): Request {
  const authorization = `Bearer ${DEV_TOKEN}`;
  return new Request(URL_OF_SERVER + path, { method: 'POST', headers: { authorization, ...headers }, body });
}

const accept: Handler = async () => new Response(null, { status: 200 });

async function benchMessages(journal: string | undefined): Promise<void> {
  const qstash = openServer(journal, accept);
  const startedAt = performance.now();
  for (let count = 0; count < MESSAGES; count++)
    await qstash.handle(post(`/v2/publish/${URL_OF_APP}`, '{"n":1}'));
  await qstash.idle();
  const where = journal === undefined ? 'in memory' : 'journalled';
  note(`messages published and delivered, ${where}`, perSecond(MESSAGES, startedAt));
  qstash.close();
}

/** A server and an app with one workflow, and the SDK's clients for it, all without sockets. */
function openWorkflow(journal: string | undefined) {
  const { handler } = serve(
    async (context) => {
      await context.waitForEvent('wait', `event-${context.workflowRunId}`, { timeout: '1d' });
      await context.run('last', () => 1);
    },
    {
      url: URL_OF_APP,
      qstashClient: new Client({ baseUrl: URL_OF_SERVER, token: DEV_TOKEN, enableTelemetry: false }),
      receiver: undefined as never,
      disableTelemetry: true,
    },
  );
  const qstash = openServer(journal, handler as Handler);
  globalThis.fetch = (input, init) => qstash.handle(new Request(input, init));
  const client = new WorkflowClient({ baseUrl: URL_OF_SERVER, token: DEV_TOKEN, enableTelemetry: false });
  return { qstash, client };
}

async function benchRuns(journal: string | undefined): Promise<void> {
  const { qstash, client } = openWorkflow(journal);
  const startedAt = performance.now();
  for (let count = 0; count < RUNS; count++) {
    const { workflowRunId } = await client.trigger({ url: URL_OF_APP, body: { count } });
    await client.notify({ eventId: `event-${workflowRunId}`, eventData: count, workflowRunId });
  }
  await qstash.idle();
  const where = journal === undefined ? 'in memory' : 'journalled';
  note(`runs (trigger, wait, notify, step), with the SDK, ${where}`, perSecond(RUNS, startedAt));
  if (qstash.stats.billed !== 3 * RUNS) throw new Error(`${qstash.stats.billed} deliveries, not ${3 * RUNS}`);
  qstash.close();
}

async function benchWaiting(): Promise<void> {
  const { qstash, client } = openWorkflow(undefined);
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let count = 0; count < WAITING_RUNS; count++) {
    await client.trigger({ url: URL_OF_APP, body: { count }, label: 'loop' });
  }
  await qstash.idle();
  const bytes = Math.round((heap() - before) / WAITING_RUNS);
  note(
    `memory of one of ${WAITING_RUNS.toLocaleString('en')} waiting runs`,
    `${bytes.toLocaleString('en')} bytes`,
  );
  qstash.close();
}

async function benchReplay(): Promise<void> {
  const journal = join(directory, 'replay.jsonl');
  const before = openServer(journal, accept);
  const item = { destination: URL_OF_APP, headers: { 'upstash-delay': '1h' }, body: '{"n":1}' };
  const batch = JSON.stringify(Array.from({ length: 1000 }, () => item));
  const startedAt = performance.now();
  for (let count = 0; count < REPLAYED; count += 1000) await before.handle(post('/v2/batch', batch));
  note(`messages published in batches of 1,000, journalled`, perSecond(REPLAYED, startedAt));
  before.close();
  const reopenedAt = performance.now();
  const after = openServer(journal, accept);
  note(`replay of a journal with ${REPLAYED.toLocaleString('en')} messages`, seconds(reopenedAt));
  const compactedAt = performance.now();
  await after.handle(post(`/v2/publish/${URL_OF_APP}`, '{}'));
  note('its compaction', seconds(compactedAt));
  after.close();
}

try {
  // First, while nothing else has left anything in memory.
  await benchWaiting();
  await benchMessages(undefined);
  await benchMessages(join(directory, 'messages.jsonl'));
  await benchRuns(undefined);
  await benchRuns(join(directory, 'runs.jsonl'));
  await benchReplay();
  console.table(rows);
} finally {
  rmSync(directory, { recursive: true });
}
