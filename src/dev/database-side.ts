import { type Follower, followChanges } from '../changes/follow.ts';
import { databaseOf, drainChanges } from '../changes/index.ts';
import type { Database } from '../databases/index.ts';
import { openDatabase } from '../databases/open/any.ts';
import type { Env } from '../env/index.ts';
import { isSkeneError, messageOf } from '../errors/index.ts';
import { createServices, type Report, type ServiceOptions } from '../intake/index.ts';
import type { Deployment, Watch } from '../plan/index.ts';
import { applyDatabaseSync, planDatabaseSync, planKeptTables } from '../sync/index.ts';
import type { DevLog } from './log.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** The part of the stack that watches the database: triggers and the relay that hears of rows, or polls; and the drain. */
export interface DatabaseSide {
  /** Writes the triggers that a deployment needs; those of an earlier one stay, as its runs may still wait for rows. */
  use(deployment: Deployment): Promise<void>;
  /** Begins to listen, or to poll; rows that were written before are drained at once. */
  start(): Promise<void>;
  /** Resolves once all rows that were committed before the call are with their runs. */
  drain(): Promise<void>;
  /** The connection by which it is watched. */
  connection(): Promise<Database>;
  close(): Promise<void>;
}

/** How long to wait before looking again for a table that is not there yet, or a service that did not answer. */
const RETRY_MS = 2_000;
const DRAIN_BUDGET_MS = 60_000;
/** When a problem that lasts is said again. */
const REPEAT_MS = 60_000;

interface DatabaseSideOptions extends ServiceOptions {
  env: Env;
  /** Where the database is, for the connection that listens. */
  url: string;
  /** Under which variable its URL is found. */
  settings: Deployment['database'];
  log: DevLog;
}

/** Watches the stack's database. */
export function createDatabaseSide({
  env,
  url,
  settings,
  log,
  ...services
}: DatabaseSideOptions): DatabaseSide {
  const report = (event: Report): void => {
    if (event.kind === 'trouble') complain(event.text);
    else services.report?.(event);
  };
  const context = {
    services: createServices(env, { ...services, report }),
    database: databaseOf(env, settings, openDatabase),
  };
  const timers = new Set<NodeJS.Timeout>();
  let deployment: Deployment | undefined;
  let follower: Follower | undefined;
  /** Tables that could not be watched yet. */
  const unwatched = new Set<string>();
  const said = new Map<string, number>();
  let isClosed = false;

  /** Says a problem once a minute, however often it is met. */
  function complain(text: string): void {
    const now = performance.now();
    if (isClosed || now - (said.get(text) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    said.set(text, now);
    log.problem(text);
  }

  function later(work: () => Promise<void>): void {
    if (isClosed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void work();
    }, RETRY_MS);
    timers.add(timer);
  }

  async function watchTable(watch: Watch): Promise<boolean> {
    try {
      const database = await context.database();
      // What cannot be polled is said when it is polled.
      if (database.polling !== undefined) return true;
      await applyDatabaseSync(database, await planDatabaseSync(database, [watch]));
      if (unwatched.delete(watch.table)) log.note(`${watch.table} is watched now.`);
      return true;
    } catch (error) {
      const reason = isSkeneError(error)
        ? [error.message, error.hint].filter(Boolean).join(' ')
        : messageOf(error);
      complain(`${reason} Tried again every ${RETRY_MS / 1_000} s.`);
      unwatched.add(watch.table);
      return false;
    }
  }

  /** The tables for usage are made where they can be; the gate says what is wrong where they cannot. */
  async function makeTables(): Promise<void> {
    const database = await context.database();
    await applyDatabaseSync(database, await planKeptTables(database, deployment?.kept));
  }

  const sync = oneAtATime(async () => {
    await makeTables().catch((error: unknown) => complain(messageOf(error)));
    const results = await Promise.all((deployment?.watches ?? []).map(watchTable));
    if (results.includes(false)) later(sync);
  });

  const drain = oneAtATime(async (look) => {
    if (deployment === undefined || isClosed) return;
    // Before the first trigger there is no outbox.
    if (unwatched.size > 0 && unwatched.size === deployment.watches.length) return;
    try {
      await drainChanges({ deployment, ...context }, { budgetMs: DRAIN_BUDGET_MS, onLook: look });
    } catch (error) {
      // Loops that watch no table need no outbox.
      if (deployment.watches.length === 0) return;
      complain(`Changed rows wait: ${messageOf(error)}`);
      later(drain);
    }
  });

  return {
    async use(next) {
      deployment = next;
      said.clear();
      unwatched.clear();
      await sync();
    },
    async start() {
      follower = followChanges(await context.database(), {
        url,
        drain,
        onProblem: (problem) => complain(`The database is out of reach: ${messageOf(problem)}`),
      });
    },
    drain,
    connection: context.database,
    async close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      await follower?.close();
      await drain();
      await (await context.database()).close();
    },
  };
}
