import type { Database } from '../databases/index.ts';
import { listen } from '../databases/postgres/listen.ts';

/** What goes on until it is closed. */
export interface Follower {
  /** Waits for a drain that is under way. */
  close(): Promise<void>;
}

/** How often a database that does not notify is asked. */
const POLL_MS = 1_000;

/**
 * Calls `drain` whenever rows may have changed: as they are committed where the database notifies, else again and again, a second after the
 * last call. `drain` deals with its failures itself.
 * @param options `url` is where to listen; `onProblem` hears of a connection that was lost.
 */
export function followChanges(
  database: Database,
  options: { url: string; drain: () => Promise<void>; onProblem: (problem: unknown) => void },
): Follower {
  const { url, drain, onProblem } = options;
  return database.capture === undefined ? repeat(drain) : listen(url, () => void drain(), { onProblem });
}

function repeat(work: () => Promise<void>): Follower {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void>;
  function run(): void {
    running = work().finally(() => {
      if (!isClosed) timer = setTimeout(run, POLL_MS);
    });
  }
  run();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
