import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from '../../src/dev/listen.ts';
import { benchWorkflow } from './bench-workflow.ts';
import type { OpenEngine } from './engine.ts';

/** The same QStash in a process of its own, and the function in this one: every call and every delivery goes over a socket, as for an app beside `skene dev`. */
export const open: OpenEngine = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'skene-bench-engine-'));
  const program = fileURLToPath(new URL('./qstash-process.ts', import.meta.url));
  const server = spawn(process.execPath, ['--import', 'tsx', program, join(directory, 'qstash.jsonl')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = (await once(server.stdout, 'data')) as [Buffer];
  let deliveries = 0;
  let handler = async (_: Request): Promise<Response> => new Response(null, { status: 503 });
  const app = await listen(
    (request) => {
      deliveries += 1;
      return handler(request);
    },
    { port: 0 },
  );
  const workflow = benchWorkflow({ qstashUrl: String(url).trim(), url: `${app.url}/workflow`, progress });
  handler = workflow.handler;
  return {
    start: workflow.start,
    send: workflow.send,
    work: async () => ({ 'billed messages': deliveries }),
    async close() {
      server.stdin.end();
      await once(server, 'exit');
      await app.close();
      rmSync(directory, { recursive: true });
    },
  };
};
