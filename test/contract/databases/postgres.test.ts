import { openDatabase } from '../../../src/databases/index.ts';
import { describeDatabase } from './database-suite.ts';
import { startPostgresServer } from './postgres-server.ts';

describeDatabase('PostgreSQL over TCP', async () => {
  const server = await startPostgresServer();
  return {
    open: async () => openDatabase({ url: await server.createDatabase() }),
    stop: server.stop,
  };
});
