/** The thread in which PostgreSQL runs, see engine.ts: takes one order at a time and ends when PostgreSQL does. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { Order, Report, ThreadData } from './engine.ts';

const { directory, settings } = workerData as ThreadData;
const database = await PGlite.create(directory, {
  startParams: [
    ...PGlite.defaultStartParams,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ],
});

function report(what: Report): void {
  parentPort?.postMessage(what);
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'close') {
    await database.close();
    process.exit();
  }
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
