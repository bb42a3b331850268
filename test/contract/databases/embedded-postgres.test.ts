import { openDatabase } from '../../../src/databases/open/any.ts';
import { listen } from '../../../src/dev/listen.ts';
import { startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';
import { describeDatabase } from './database-suite.ts';

describeDatabase('the embedded PostgreSQL over TCP', async () => {
  const server = await startEmbeddedPostgres({ port: 0 });
  return { open: () => openDatabase({ url: server.url }), stop: server.close };
});

describeDatabase("the embedded PostgreSQL over Neon's HTTP protocol", async () => {
  const server = await startEmbeddedPostgres({ port: 0 });
  const front = await listen(server.handleNeon, { port: 0 });
  return {
    open: () => openDatabase({ url: server.url, neonEndpoint: `${front.url}/dev/neon` }),
    async stop() {
      await front.close();
      await server.close();
    },
  };
});
