import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker';
import pg from 'pg';
import { startPostgres } from '../../test/servers/postgres.ts';
import type { OpenEngine } from '../engine/engine.ts';
import { countCommits } from './commits.ts';

const A_DAY_MS = 86_400_000;

/**
 * graphile-worker on a PostgreSQL of its own. A queue and no durable engine: the wait is a second job, put off by a day, which the event
 * brings forward.
 */
export const open: OpenEngine = async (progress) => {
  const postgres = await startPostgres();
  const connectionString = await postgres.createDatabase();
  const logger = new Logger(() => () => {});
  const pgPool = new pg.Pool({ connectionString, max: 21 });
  // When the server goes, so do the connections to it.
  pgPool.on('error', () => {});
  pgPool.on('connect', (client) => client.on('error', () => {}));
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  const nameOf = (payload: unknown) => String((payload as { run: unknown }).run);
  const runner = await runWorker({
    pgPool,
    logger,
    concurrency: 20,
    noHandleSignals: true,
    taskList: {
      async step(payload, { addJob }) {
        const run = nameOf(payload);
        await addJob('act', { run }, { jobKey: run, runAt: new Date(Date.now() + A_DAY_MS) });
        progress.stepped(run);
      },
      act: async (payload) => progress.acted(nameOf(payload)),
    },
  });
  const commits = await countCommits(connectionString);
  return {
    start: async (run) => void (await utils.addJob('step', { run })),
    send: async (run) => void (await utils.addJob('act', { run }, { jobKey: run, runAt: new Date(0) })),
    work: async () => ({ commits: await commits() }),
    async close() {
      await runner.stop();
      await utils.release();
      await pgPool.end();
      await postgres.close();
    },
  };
};
