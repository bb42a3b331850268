/** The thread in which PostgreSQL runs, see engine.ts: takes one order at a time and ends when PostgreSQL does. */
import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { Order, Report, ThreadData } from './engine.ts';
import { copyNewCluster } from './new-cluster.ts';

const { directory, settings, keepsNew } = workerData as ThreadData;
const make = async (folder: string): Promise<void> => (await PGlite.create(folder)).close();
if (!existsSync(directory)) await copyNewCluster(directory, { make: keepsNew ? make : undefined });
const database = await PGlite.create(directory, {
  startParams: [
    ...PGlite.defaultStartParams,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ],
});

const machineNow = Date.now;
let movedBy = 0;
let latest = 0;

/** PostgreSQL takes the time from here. It never goes back, as rows are ordered by it. */
Date.now = () => {
  latest = Math.max(latest, machineNow() + movedBy);
  return latest;
};

function report(what: Report): void {
  parentPort?.postMessage(what);
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'close') {
    await database.close();
    process.exit();
  }
  movedBy = order.now - machineNow();
  // Another world may be behind the last one, by whose clock this thread went.
  if (order.isNewWorld) latest = 0;
  await database.execProtocolRawStream(order.messages, {
    onRawData: (bytes) => report({ kind: 'answer', bytes: bytes.slice() }),
  });
  report({ kind: 'done' });
}

parentPort?.on('message', (order: Order) => {
  // PostgreSQL has exited: there is nothing to go on with.
  obey(order).catch(() => process.exit(1));
});
report({ kind: 'ready' });
