import { describe } from 'vitest';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { hasPostgres, startPostgres } from '../../servers/postgres.ts';
import { describeDatabase } from './database-suite.ts';

describe.skipIf(!hasPostgres('the database suite over a real PostgreSQL'))('a real PostgreSQL', () => {
  describeDatabase('over TCP', async () => {
    const server = await startPostgres();
    return {
      open: async () => openDatabase({ url: await server.createDatabase() }),
      stop: server.close,
    };
  });
});
