import { setTimeout as pause } from 'node:timers/promises';
import { CHANNEL, LISTENER_LOCK } from './capture-sql.ts';
import { connectForNotifications, type NotificationConnection } from './pg.ts';

/** A process that hears of changes as they are committed. */
export interface Listener {
  close(): Promise<void>;
}

/** How a listener deals with a lost connection, in ms. */
export interface ListenOptions {
  /** The pause before connecting again; it doubles up to half a minute. */
  backoffMs?: number | undefined;
  /** How often it is made sure that the connection lives and the triggers know of it. */
  heartbeatMs?: number | undefined;
  /** Told each time a connection cannot be made or is lost. */
  onProblem?: ((problem: unknown) => void) | undefined;
}

const LONGEST_BACKOFF_MS = 30_000;

/**
 * Calls `onNotify` soon after changes were captured, and after every (re)connection, as changes may have passed unheard. Needs a
 * connection to the server itself: a pooler in transaction mode passes no notifications on.
 */
export function listen(url: string, onNotify: () => void, options: ListenOptions = {}): Listener {
  const { backoffMs = 500, heartbeatMs = 10_000, onProblem = () => {} } = options;
  const stop = new AbortController();

  async function keepListening(): Promise<void> {
    for (let wait = backoffMs; !stop.signal.aborted; wait = Math.min(wait * 2, LONGEST_BACKOFF_MS)) {
      try {
        await listenOnce({
          url,
          onNotify,
          heartbeatMs,
          signal: stop.signal,
          onConnect: () => (wait = backoffMs),
        });
      } catch (problem) {
        if (!stop.signal.aborted) onProblem(problem);
      }
      await pause(wait, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const ended = keepListening();
  return {
    close: () => {
      stop.abort();
      return ended;
    },
  };
}

/** One connection, from its beginning to its end. */
async function listenOnce(options: {
  url: string;
  onNotify: () => void;
  onConnect: () => void;
  heartbeatMs: number;
  signal: AbortSignal;
}): Promise<void> {
  const { url, onNotify, onConnect, heartbeatMs, signal } = options;
  const over = new AbortController();
  const connection = await connectForNotifications(url, { onNotify, onEnd: () => over.abort() });
  const untilStopped = AbortSignal.any([signal, over.signal]);
  try {
    await connection.send(`LISTEN ${CHANNEL}`);
    await announce(connection);
    onConnect();
    onNotify();
    while (!untilStopped.aborted) {
      await pause(heartbeatMs, undefined, { signal: untilStopped }).catch(() => {});
      if (!untilStopped.aborted) await announce(connection);
    }
    if (over.signal.aborted && !signal.aborted) throw new Error('The connection for notifications was lost.');
  } finally {
    await connection.close().catch(() => {});
  }
}

/**
 * Holds the lock that tells triggers to notify. One listener holds it for all; another gets it at its next heartbeat once that one
 * is gone. Taking it more than once would pile up, so it is only tried while not held.
 */
async function announce(connection: NotificationConnection): Promise<void> {
  await connection.send(
    `SELECT pg_try_advisory_lock($1::bigint) WHERE NOT EXISTS (
       SELECT FROM pg_catalog.pg_locks
       WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted AND mode = 'ExclusiveLock')`,
    [LISTENER_LOCK],
  );
}
