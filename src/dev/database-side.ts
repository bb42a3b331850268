import { listen } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import { messageOf } from '../errors/index.ts';
import { createServices, databaseOf, drainOutbox, type ServiceOptions } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { syncDatabase } from '../sync/index.ts';
import type { DevUrls } from './environment.ts';
import type { DevLog } from './log.ts';

/** The part of the stack that watches the database: triggers, the relay that hears of rows, and the drain. */
export interface DatabaseSide {
  /** Writes the triggers that a deployment needs. */
  use(deployment: Deployment): Promise<void>;
  /** Begins to listen; rows that were written before are drained at once. */
  start(): Promise<void>;
  /** Carries all waiting rows to their runs. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** How long to wait before looking again for a table that is not there yet, or a database that did not answer. */
const RETRY_MS = 2_000;
const DRAIN_BUDGET_MS = 60_000;

interface DatabaseSideOptions extends ServiceOptions {
  env: Env;
  urls: DevUrls;
  log: DevLog;
}

/** Watches the stack's database. */
export async function createDatabaseSide({
  env,
  urls,
  log,
  ...services
}: DatabaseSideOptions): Promise<DatabaseSide> {
  let current: Deployment | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  let relay: { close(): Promise<void> } | undefined;
  let lastProblem = '';
  let draining: Promise<void> | undefined;
  let again = false;
  const context = {
    services: createServices(env, services),
    database: databaseOf(env, { provider: undefined, urlVariable: 'DATABASE_URL' }),
  };

  /** Says a problem once, however often it is met. */
  function complain(text: string): void {
    if (text !== lastProblem) log.problem(text);
    lastProblem = text;
  }

  async function sync(): Promise<void> {
    clearTimeout(retry);
    if (current === undefined || closed) return;
    try {
      const { missing } = await syncDatabase(urls.database, current.watches);
      if (missing.length === 0) return;
      complain(`There is no table ${missing.join(', ')} yet; it is watched as soon as it is there.`);
    } catch (error) {
      complain(`The database could not be prepared: ${messageOf(error)}`);
    }
    retry = setTimeout(() => void sync(), RETRY_MS);
  }

  async function drainOnce(): Promise<void> {
    if (current === undefined) return;
    try {
      await drainOutbox({ deployment: current, ...context }, { budgetMs: DRAIN_BUDGET_MS });
    } catch (error) {
      complain(`The outbox could not be drained: ${messageOf(error)}`);
      if (!closed) setTimeout(() => void drain(), RETRY_MS);
    }
  }

  /** One drain at a time; a call during one makes it look once more. */
  function drain(): Promise<void> {
    again = true;
    draining ??= (async () => {
      while (again && !closed) {
        again = false;
        await drainOnce();
      }
      draining = undefined;
    })();
    return draining;
  }

  return {
    async use(deployment) {
      current = deployment;
      await sync();
    },
    async start() {
      relay = await listen(urls.database, () => void drain(), {
        onProblem: (error) => complain(`The database is out of reach: ${messageOf(error)}`),
      });
    },
    drain,
    async close() {
      closed = true;
      clearTimeout(retry);
      await relay?.close();
      await draining;
      await (await context.database()).close();
    },
  };
}
