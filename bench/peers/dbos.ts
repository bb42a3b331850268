import { DBOS } from '@dbos-inc/dbos-sdk';
import { startPostgres } from '../../test/servers/postgres.ts';
import type { OpenEngine } from '../engine/engine.ts';
import { countCommits } from './commits.ts';

const A_DAY_S = 86_400;

/** DBOS Transact on a PostgreSQL of its own. */
export const open: OpenEngine = async (progress) => {
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const quiet = () => {};
  DBOS.setConfig({
    name: 'skene-bench',
    systemDatabaseUrl: database,
    logger: { info: quiet, debug: quiet, warn: quiet, error: console.error },
    runAdminServer: false,
  });
  const workflow = DBOS.registerWorkflow(
    async (run: string) => {
      await DBOS.runStep(async () => progress.stepped(run), { name: 'step' });
      await DBOS.recv('event', A_DAY_S);
      await DBOS.runStep(async () => progress.acted(run), { name: 'act' });
    },
    { name: 'bench' },
  );
  await DBOS.launch();
  const commits = await countCommits(database);
  return {
    start: async (run) => void (await DBOS.startWorkflow(workflow, { workflowID: run })(run)),
    send: (run) => DBOS.send(run, 'now', 'event'),
    work: async () => ({ commits: await commits() }),
    async close() {
      await DBOS.shutdown();
      await postgres.close();
    },
  };
};
