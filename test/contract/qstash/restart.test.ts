import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client as QStashClient } from '@upstash/qstash';
import { Client, serve, WorkflowNonRetryableError } from '@upstash/workflow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClock } from '../../../src/dev/clock.ts';
import { createQStash, DEV_TOKEN } from '../../../src/dev/qstash/index.ts';
import { freePort } from '../../servers/free-port.ts';
import { listen, openStack } from './local-stack.ts';
import { mountWorkflow } from './workflow-stack.ts';

/** The clients try for as long as a restart takes. */
const PATIENT = { retries: 50, backoff: () => 100 };

const directories: string[] = [];
const processes: ChildProcess[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function journalPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'qstash-'));
  directories.push(directory);
  return join(directory, 'journal.jsonl');
}

async function startServer(port: number, journal: string): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('./server-process.ts', import.meta.url));
  const child = fork(path, [String(port), journal], { execArgv: ['--import', 'tsx'] });
  processes.push(child);
  await once(child, 'message');
  return child;
}

describe('a killed server', () => {
  it('finishes every run it had accepted, and each one once', { timeout: 60_000 }, async () => {
    // The clients report every attempt to reach the killed server.
    for (const method of ['error', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {});
    const journal = journalPath();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const token = DEV_TOKEN;
    const { handler } = serve<{ n: number }>(
      async (context) => {
        const { n } = context.requestPayload;
        const first = await context.run('first', () => n * 2);
        await context.sleep('nap', 1);
        const [left, right] = await Promise.all([
          context.run('left', () => first),
          context.run('right', () => n),
        ]);
        const { eventData } = await context.waitForEvent('wait', `event-${n}`, { timeout: '1h' });
        return await context.run('last', () => [left, right, eventData]);
      },
      {
        qstashClient: new QStashClient({ baseUrl: url, token, retry: PATIENT }),
        receiver: undefined as never,
        disableTelemetry: true,
      },
    );
    const app = await listen(handler);
    const client = new Client({ baseUrl: url, token, retry: PATIENT });
    const count = 40;
    let server = await startServer(port, journal);
    for (let kill = 0; kill < 3; kill++) {
      const batch = Array.from({ length: count / 4 }, (_, index) => (kill * count) / 4 + index);
      await Promise.all(
        batch.map(async (n) => {
          const { workflowRunId } = await client.trigger({
            url: `${app.url}/main`,
            body: { n },
            workflowRunId: `run-${n}`,
            retries: 5,
            retryDelay: '200',
          });
          await client.notify({ eventId: `event-${n}`, eventData: `data-${n}`, workflowRunId });
        }),
      );
      server.kill('SIGKILL');
      await once(server, 'exit');
      server = await startServer(port, journal);
    }
    const logOf = async (n: number) =>
      (await client.logs({ filter: { workflowRunId: `wfr_run-${n}` } })).runs;
    for (let n = 0; n < (count * 3) / 4; n++) {
      await vi.waitFor(async () => expect((await logOf(n))[0]?.workflowState).toBe('RUN_SUCCESS'), {
        timeout: 20_000,
        interval: 100,
      });
      const runs = await logOf(n);
      expect(runs).toHaveLength(1);
      expect(JSON.parse(runs[0]?.workflowRunResponse ?? 'null')).toEqual([n * 2, n, `data-${n}`]);
    }
    expect((await client.dlq.list()).messages).toEqual([]);
  });
});

describe('a server killed while messages come in', () => {
  it('delivers every message it had acknowledged', { timeout: 60_000 }, async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const delivered = new Set<string | null>();
    const app = await listen(({ headers }) => {
      delivered.add(headers.get('upstash-message-id'));
      return new Response('ok');
    });
    const journal = journalPath();
    const port = await freePort();
    const client = new QStashClient({ baseUrl: `http://127.0.0.1:${port}`, token: DEV_TOKEN, retry: false });
    const acknowledged: string[] = [];
    for (let kill = 1; kill <= 3; kill++) {
      const server = await startServer(port, journal);
      const publish = async (): Promise<void> => {
        for (;;) acknowledged.push((await client.publish({ url: app.url, body: 'b' })).messageId);
      };
      const publishers = Promise.allSettled([publish(), publish(), publish()]);
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(kill * 100), { timeout: 20_000 });
      server.kill('SIGKILL');
      await publishers;
    }
    await startServer(port, journal);
    await vi.waitFor(() => expect(acknowledged.filter((id) => !delivered.has(id))).toEqual([]), {
      timeout: 20_000,
    });
  });
});

describe('a delivery in flight', () => {
  it('is made again after a kill, with the same message id', { timeout: 60_000 }, async () => {
    const seen: Array<[string | null, string | null]> = [];
    const app = await listen(({ headers }) => {
      seen.push([headers.get('upstash-message-id'), headers.get('upstash-retried')]);
      return seen.length === 1 ? new Promise<Response>(() => {}) : new Response('ok');
    });
    const journal = journalPath();
    const port = await freePort();
    const client = new QStashClient({ baseUrl: `http://127.0.0.1:${port}`, token: DEV_TOKEN, retry: false });
    const server = await startServer(port, journal);
    const { messageId } = await client.publish({ url: app.url, body: 'b' });
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    server.kill('SIGKILL');
    await once(server, 'exit');
    await startServer(port, journal);
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(seen).toEqual([1, 2].map(() => [messageId, '0']));
  });
});

describe('a journal that ends anywhere', () => {
  /** The journal of runs that do everything a run can do, line by line. */
  async function record(): Promise<string[]> {
    const journal = journalPath();
    const stack = await openStack({ journal, parallelism: 1 });
    const child = mountWorkflow(stack, '/child', { run: (context) => context.run('only', () => 1) });
    const url = mountWorkflow(stack, '/main', {
      async run(context) {
        await context.run('first', () => 1);
        await Promise.all([context.run('a', () => 1), context.sleep('b', 1)]);
        await context.call('call', { url: stack.app, method: 'POST' });
        await context.waitForEvent('wait', 'event', { timeout: '1h' });
        await context.run('last', () => {
          throw new WorkflowNonRetryableError('bad');
        });
      },
      failureFunction: () => {},
    });
    await stack.workflow.trigger([{ url }, { url: child }]);
    await stack.clock.advance(1000);
    await stack.workflow.notify({ eventId: 'event' });
    await stack.qstash.idle();
    await stack.workflow.dlq.restart({ all: true });
    await stack.clock.advance(2 * 3_600_000);
    stack.qstash.close();
    return readFileSync(journal, 'utf8').trimEnd().split('\n');
  }

  /** The runs of a journal that are under way, and those that are delivered or wait once it is reopened. */
  async function reopen(lines: string[]) {
    const journal = journalPath();
    writeFileSync(journal, `${lines.join('\n')}\n`);
    const alive = new Set<string | null>();
    const clock = createClock({ frozen: true });
    const answer = async ({ headers }: Request) => {
      alive.add(headers.get('upstash-workflow-runid'));
      return new Response('', { status: 500 });
    };
    const qstash = createQStash({ clock, journal, url: 'http://qstash.local', fetch: answer });
    await qstash.idle();
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${DEV_TOKEN}` };
      return await (await qstash.handle(new Request(`http://qstash.local${path}`, { headers }))).json();
    };
    for (const waiter of await get('/v2/waiters/event'))
      alive.add(waiter.headers['Upstash-Workflow-Runid'][0]);
    const { runs } = await get('/v2/workflows/logs?state=RUN_STARTED');
    qstash.close();
    return { alive, started: runs.map((run: { workflowRunId: string }) => run.workflowRunId) };
  }

  it('leaves no run behind that nothing would ever move', async () => {
    const lines = await record();
    expect(lines.length).toBeGreaterThan(20);
    for (let kept = 0; kept <= lines.length; kept++) {
      const { alive, started } = await reopen(lines.slice(0, kept));
      expect(started.filter((id: string) => !alive.has(id))).toEqual([]);
    }
  });
});

describe('a reopened journal', () => {
  const start = Date.parse('2026-03-01T00:00:00Z');

  function open(journal: string, at: number) {
    const delivered: string[] = [];
    const clock = createClock({ frozen: true, start: at });
    const qstash = createQStash({
      clock,
      journal,
      url: 'http://qstash.local',
      fetch: async (request) => {
        delivered.push(`${new URL(request.url).pathname} ${await request.text()}`.trim());
        return new Response('', { status: request.url.endsWith('/bad') ? 500 : 200 });
      },
    });
    const call = async (line: string, headers: Record<string, string> = {}, body = '') => {
      const [method = '', path = ''] = line.split(' ');
      const response = await qstash.handle(
        new Request(`http://qstash.local${path}`, {
          method,
          headers: { authorization: `Bearer ${DEV_TOKEN}`, ...headers },
          body: body === '' ? null : body,
        }),
      );
      const text = await response.text();
      return text === '' ? undefined : JSON.parse(text);
    };
    return { qstash, clock, delivered, call };
  }

  it('holds delays, retries, schedules, deduplication, dead letters, pauses and keys', async () => {
    const journal = journalPath();
    const before = open(journal, start);
    await before.call('POST /v2/publish/http://app.test/later', { 'upstash-delay': '1h' });
    await before.call('POST /v2/publish/http://app.test/once', { 'upstash-deduplication-id': 'd' });
    await before.call('POST /v2/publish/http://app.test/bad', {
      'upstash-retries': '1',
      'upstash-retry-delay': '60000',
    });
    await before.call('POST /v2/publish/http://app.test/bad', { 'upstash-retries': '0' }, 'dead');
    await before.call('POST /v2/schedules/http://app.test/tick', { 'upstash-cron': '30 * * * *' });
    await before.call('POST /v2/flowControl/k/pause');
    const keys = await before.call('POST /v2/keys/rotate');
    await before.qstash.idle();
    expect(before.delivered).toEqual(['/once', '/bad', '/bad dead']);
    before.qstash.close();

    const after = open(journal, start + 60_000);
    await after.qstash.idle();
    expect(after.delivered.splice(0)).toEqual(['/bad']);
    await after.clock.advance(3_600_000);
    expect(after.delivered.splice(0)).toEqual(['/tick', '/later']);
    expect(await after.call('GET /v2/keys')).toEqual(keys);
    expect(await after.call('GET /v2/flowControl/k')).toMatchObject({ isPaused: true });
    expect((await after.call('GET /v2/dlq')).messages).toMatchObject([{ body: '' }, { body: 'dead' }]);
    after.qstash.close();

    const again = open(journal, start + 120_000);
    await again.call('POST /v2/publish/http://app.test/once', { 'upstash-deduplication-id': 'd' });
    await again.qstash.idle();
    expect(again.delivered).toEqual([]);
    again.qstash.close();
  });
});
