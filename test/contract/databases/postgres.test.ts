import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
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

  // Unheard, the error of a connection ends the process that has it: vitest would tell of it as an unhandled one.
  it('tells whoever has a query under way that the connection is cut, and goes on', async () => {
    const server = await startPostgres();
    const address = new URL(await server.createDatabase());
    const cable = await startCable(Number(address.port));
    address.port = String(cable.port);
    const database = await openDatabase({ url: address.href });
    try {
      const answer = database.select({ sql: 'SELECT pg_sleep(60)', params: [], timeoutMs: 30_000 });
      const failed = expect(answer).rejects.toThrow(/connection|terminated/i);
      await expect.poll(cable.countOfSessions).toBe(1);
      cable.cut();
      await failed;
      expect(await database.select({ sql: 'SELECT 1 AS one', params: [], timeoutMs: 5_000 })).toEqual([
        { one: 1 },
      ]);
    } finally {
      await database.close();
      await cable.close();
      await server.close();
    }
  });
});

/** What lies between a client and its server, and can be cut. */
async function startCable(port: number) {
  const sessions = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    upstream.once('data', () => sessions.add(client));
    client.pipe(upstream).pipe(client);
    client.on('close', () => {
      sessions.delete(client);
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('A server on a port has an address.');
  return {
    port: at.port,
    countOfSessions: () => sessions.size,
    cut: () => {
      for (const socket of sessions) socket.destroy();
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
