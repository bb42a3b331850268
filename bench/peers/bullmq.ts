import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, Queue, Worker } from 'bullmq';
import type { OpenEngine } from '../engine/engine.ts';

const A_DAY_MS = 86_400_000;

/**
 * BullMQ on a Redis of its own with an append-only file. A queue and no durable engine: the wait is a second job, put off by a day, which
 * the event brings forward.
 */
export const open: OpenEngine = async (progress) => {
  const folder = mkdtempSync(join(tmpdir(), 'skene-bench-bullmq-'));
  const path = join(folder, 'socket');
  const flags = ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder];
  const server = spawn('redis-server', [...flags, '--appendonly', 'yes', '--appendfsync', 'no'], {
    stdio: 'ignore',
  });
  process.once('exit', () => server.kill('SIGKILL'));
  const connection: ConnectionOptions = { path, maxRetriesPerRequest: null };
  while (!existsSync(path)) await pause(20);
  const queue = new Queue('bench', { connection });
  await queue.waitUntilReady();
  const worker = new Worker<string>(
    'bench',
    async ({ name, data: run }) => {
      if (name === 'act') return progress.acted(run);
      await queue.add('act', run, { jobId: `act-${run}`, delay: A_DAY_MS, removeOnComplete: true });
      progress.stepped(run);
    },
    { connection, concurrency: 100 },
  );
  worker.on('error', console.error);
  return {
    start: async (run) =>
      void (await queue.add('step', run, { jobId: `step-${run}`, removeOnComplete: true })),
    async send(run) {
      const job = await queue.getJob(`act-${run}`);
      await job?.promote();
    },
    work: async () => ({}),
    async close() {
      await Promise.all([worker.close(), queue.close()]);
      server.kill('SIGTERM');
      await Promise.race([once(server, 'exit'), pause(5_000)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
