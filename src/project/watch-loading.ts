import { Worker } from 'node:worker_threads';

/** A limit on the time that something may take. */
export interface LoadingWatch {
  /** Resolves when the time is over. */
  expired: Promise<undefined>;
  stop(): void;
}

/**
 * A config that loops for ever stops this thread, and with it every timer: only another thread can notice. It says what happened and
 * ends the process, which could do nothing else any more.
 */
const WATCHDOG = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const lock = new Int32Array(workerData.lock);
if (Atomics.wait(lock, 0, 0, workerData.limitMs) === 'timed-out') {
  writeSync(2, workerData.message);
  process.kill(process.pid, 'SIGKILL');
}`;

/** Watches the loading of a file: a wait that is too long resolves `expired`, a loop without an end stops the process with a word. */
export function watchLoading(file: string, limitSeconds: number): LoadingWatch {
  const lock = new Int32Array(new SharedArrayBuffer(4));
  const message = `${file}: does not come to an end while it is loaded, probably a loop; stopped after ${limitSeconds} seconds.\n`;
  const workerData = { lock: lock.buffer, limitMs: limitSeconds * 1000 + 500, message };
  const worker = new Worker(WATCHDOG, { eval: true, workerData });
  worker.unref();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitSeconds * 1000);
  });
  return {
    expired,
    stop() {
      clearTimeout(timer);
      Atomics.store(lock, 0, 1);
      Atomics.notify(lock, 0);
    },
  };
}
