import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Receiver } from '@upstash/qstash';
import { serve, Client as WorkflowClient } from '@upstash/workflow';
import { createClock } from '../../src/dev/clock.ts';
import { listen } from '../../src/dev/listen.ts';
import { createQStash, DEV_SIGNING_KEYS, DEV_TOKEN, type QStash } from '../../src/dev/qstash/index.ts';
import type { OpenEngine } from './engine.ts';

/** `skene dev`'s QStash with its journal, and a function on `@upstash/workflow` as it is published; every delivery is signed and verified. */
export const open: OpenEngine = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'skene-bench-engine-'));
  const clock = createClock();
  let requests = 0;
  let qstash: QStash | undefined;
  const server = await listen(
    async (request) => {
      requests += 1;
      return qstash === undefined ? new Response(null, { status: 503 }) : qstash.handle(request);
    },
    { port: 0 },
  );
  const access = { baseUrl: server.url, token: DEV_TOKEN, enableTelemetry: false };
  const url = 'http://127.0.0.1:1/workflow';
  const { handler } = serve<{ run: string }>(
    async (context) => {
      const { run } = context.requestPayload;
      await context.run('step', () => progress.stepped(run));
      await context.waitForEvent('wait', `event-${run}`, { timeout: '1d' });
      await context.run('act', () => progress.acted(run));
    },
    {
      url,
      qstashClient: new Client(access),
      receiver: new Receiver({
        currentSigningKey: DEV_SIGNING_KEYS.current,
        nextSigningKey: DEV_SIGNING_KEYS.next,
      }),
      disableTelemetry: true,
    },
  );
  // As `skene dev` does it: the function is called where it is, without a socket.
  qstash = createQStash({ clock, journal: join(directory, 'qstash.jsonl'), url: server.url, fetch: handler });
  const client = new WorkflowClient(access);
  const { stats } = qstash;
  return {
    start: async (run) => void (await client.trigger({ url, body: { run }, workflowRunId: run })),
    send: async (run) =>
      void (await client.notify({ eventId: `event-${run}`, eventData: run, workflowRunId: `wfr_${run}` })),
    work: async () => ({ 'billed messages': stats.billed, 'HTTP requests': requests }),
    async close() {
      qstash?.close();
      clock.stop();
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
};
