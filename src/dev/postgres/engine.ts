import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { NOTIFY_SETTING } from '../../databases/index.ts';
import { EnvError, InternalError, messageOf } from '../../errors/index.ts';

/** PostgreSQL itself: one backend that takes messages of the wire protocol. */
export interface Engine {
  /**
   * Runs whole messages and gives the bytes of the answer as they come. One call at a time.
   * @throws {InternalError} when the backend was interrupted or died of them. It has been started again then: committed
   *   transactions are kept, everything of the session is gone.
   */
  run(messages: Uint8Array, onAnswer: (bytes: Uint8Array) => void): Promise<void>;
  /** Goes by this clock from now on; by the machine's at first. */
  setClock(now: () => number): void;
  /** Ends what runs now, whatever it is. */
  interrupt(): void;
  /** Whether the process is to go on for its sake; it is at first. */
  setNeeded(isNeeded: boolean): void;
  close(): Promise<void>;
}

/** What the thread is started with. */
export interface ThreadData {
  directory: string;
  settings: Readonly<Record<string, string>>;
  /** See {@link startEngine}. */
  keepsNew: boolean;
}

/** What the thread is told, and what it says. */
export type Order =
  | {
      kind: 'run';
      messages: Uint8Array<ArrayBuffer>;
      /** What time it is to PostgreSQL, ms since the epoch; and whether that may be earlier than at the last order. */
      now: number;
      isNewWorld: boolean;
    }
  | { kind: 'close' };
export type Report = { kind: 'ready' } | { kind: 'answer'; bytes: Uint8Array } | { kind: 'done' };

/** The triggers cannot see by a lock whether somebody listens: all sessions are one to PostgreSQL. */
const SETTINGS = { [NOTIFY_SETTING]: 'always' };

/** Whether this runs from source, as in tests: Node 20 reads TypeScript in a thread only with a loader of the thread's own. */
const isSource = import.meta.url.endsWith('.ts');

/**
 * Starts PGlite over a directory, in a thread of its own: a long statement holds up nobody but those who wait for the database, and
 * can be ended. (PGlite heeds neither cancel requests nor statement_timeout while a statement runs; the thread is ended instead.)
 * @param options.keepsNew makes a copy for later, when a new cluster is needed and none is kept: it pays where many are needed.
 * @throws {EnvError} USAGE when it cannot start there.
 */
export async function startEngine(directory: string, { keepsNew = false } = {}): Promise<Engine> {
  const start = () => startThread({ directory, settings: SETTINGS, keepsNew });
  let thread: Worker | undefined = await start();
  let isInterrupted = false;
  let now = Date.now;
  let isNewWorld = false;

  return {
    async run(messages, onAnswer) {
      thread ??= await start();
      // A copy of its own: with a part of a buffer, the whole of it would be sent.
      const order: Order = { kind: 'run', messages: new Uint8Array(messages), now: now(), isNewWorld };
      isNewWorld = false;
      const ending = await converse(thread, order, onAnswer);
      if (ending === 'done' && !isInterrupted) return;
      await thread.terminate();
      thread = undefined;
      isInterrupted = false;
      thread = await start();
      throw new InternalError(
        'The local PostgreSQL was stopped at this statement and has been started again.',
      );
    },
    setClock(clock) {
      now = clock;
      isNewWorld = true;
    },
    interrupt() {
      isInterrupted = true;
      void thread?.terminate();
    },
    setNeeded(isNeeded) {
      if (isNeeded) thread?.ref();
      else thread?.unref();
    },
    async close() {
      if (thread !== undefined) await converse(thread, { kind: 'close' }, () => {});
    },
  };
}

async function startThread(workerData: ThreadData): Promise<Worker> {
  const file = new URL(isSource ? './engine-thread.ts' : './engine-thread.js', import.meta.url);
  const thread = isSource
    ? new Worker(`import('tsx/esm/api').then(({ register }) => register() && import('${file}'))`, {
        eval: true,
        workerData,
      })
    : new Worker(file, { workerData });
  try {
    await once(thread, 'message');
  } catch (error) {
    throw new EnvError('USAGE', `PostgreSQL cannot start in ${workerData.directory}: ${messageOf(error)}`, {
      hint: 'If its files are damaged, `skene dev --fresh` makes them anew; what was in them is lost.',
      cause: error,
    });
  }
  // Its end is heard of by 'exit'; unheard, an error would end the process.
  thread.on('error', () => {});
  return thread;
}

/** Gives an order and hears the thread until it has done it, or is no more. */
function converse(
  thread: Worker,
  order: Order,
  onAnswer: (bytes: Uint8Array) => void,
): Promise<'done' | 'gone'> {
  return new Promise((resolve) => {
    const end = (ending: 'done' | 'gone'): void => {
      thread.off('message', hear);
      thread.off('exit', leave);
      resolve(ending);
    };
    const leave = (): void => end('gone');
    const hear = (report: Report): void => {
      if (report.kind === 'answer') onAnswer(report.bytes);
      if (report.kind === 'done') end('done');
    };
    thread.on('message', hear).on('exit', leave);
    thread.postMessage(order, order.kind === 'run' ? [order.messages.buffer] : []);
  });
}
