import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../src/dev/clock.ts';
import { answerInProcess } from '../../src/dev/in-process.ts';
import { listen } from '../../src/dev/listen.ts';
import { createQStash, type QStash } from '../../src/dev/qstash/index.ts';
import { benchWorkflow } from './bench-workflow.ts';
import type { OpenEngine } from './engine.ts';

/**
 * `skene dev`: its QStash with a journal, and a function on `@upstash/workflow` as it is published, in one process, where they call each
 * other without a socket. Every delivery is signed and verified.
 */
export const open: OpenEngine = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'skene-bench-engine-'));
  const clock = createClock();
  let requests = 0;
  let qstash: QStash | undefined;
  const handle = async (request: Request) => {
    requests += 1;
    return qstash === undefined ? new Response(null, { status: 503 }) : qstash.handle(request);
  };
  const server = await listen(handle, { port: 0 });
  const leave = answerInProcess(server.url, handle);
  const url = 'http://127.0.0.1:1/workflow';
  const { handler, start, send } = benchWorkflow({ qstashUrl: server.url, url, progress });
  qstash = createQStash({ clock, journal: join(directory, 'qstash.jsonl'), url: server.url, fetch: handler });
  const { stats } = qstash;
  return {
    start,
    send,
    work: async () => ({ 'billed messages': stats.billed, 'requests to QStash': requests }),
    async close() {
      qstash?.close();
      clock.stop();
      leave();
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
};
