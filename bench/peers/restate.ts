import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import './promise-with-resolvers.ts';
import * as restate from '@restatedev/restate-sdk';
import * as clients from '@restatedev/restate-sdk-clients';
import type { OpenEngine } from '../engine/engine.ts';

/** Restate's server from npm, and a workflow over HTTP/2 in this process. */
export const open: OpenEngine = async (progress) => {
  const bench = restate.workflow({
    name: 'bench',
    handlers: {
      run: async (context: restate.WorkflowContext, run: string) => {
        await context.run('step', () => progress.stepped(run));
        await context.promise<string>('event').get().orTimeout({ days: 1 });
        await context.run('act', () => progress.acted(run));
      },
      event: (context: restate.WorkflowSharedContext, value: string) =>
        context.promise<string>('event').resolve(value),
    },
  });
  const endpoint = restate.endpoint().bind(bench);
  endpoint.setLogger(() => {});
  const port = await endpoint.listen(0);
  const server = await startServer();
  await register(server.admin, `http://127.0.0.1:${port}`);
  const ingress = clients.connect({ url: server.ingress });
  return {
    start: async (run) => void (await ingress.workflowClient(bench, run).workflowSubmit(run)),
    send: async (run) => void (await ingress.workflowClient(bench, run).event('now')),
    work: async () => ({}),
    close: server.stop,
  };
};

async function startServer() {
  const folder = mkdtempSync(join(tmpdir(), 'skene-bench-restate-'));
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(
    join(folder, 'restate.toml'),
    `disable-telemetry = true
bind-address = "127.0.0.1:${node}"
[ingress]
bind-address = "127.0.0.1:${ingress}"
[admin]
bind-address = "127.0.0.1:${admin}"
[log-server]
rocksdb-disable-wal-fsync = true
[bifrost.local]
rocksdb-disable-wal-fsync = true
`,
  );
  const require = createRequire(import.meta.url);
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const program = require.resolve(`${platform}/bin/restate-server`);
  const flags = [
    '--config-file',
    join(folder, 'restate.toml'),
    '--base-dir',
    join(folder, 'data'),
    '--no-logo',
  ];
  const child = spawn(program, [...flags, '--log-filter', 'off'], { stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    ingress: `http://127.0.0.1:${ingress}`,
    admin: `http://127.0.0.1:${admin}`,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tells the server where the workflow is, as soon as it listens. */
async function register(admin: string, uri: string): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    const response = await fetch(`${admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri }),
    }).catch(() => undefined);
    if (response?.ok) return;
    if (attempts === 100) throw new Error(`Restate does not take the workflow: ${await response?.text()}`);
    await pause(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
