import { type Backend, createBackend, IDLE_IN_TRANSACTION_MS } from './backend.ts';
import { openDirectory, openTemporaryDirectory } from './directory.ts';
import { startEngine } from './engine.ts';
import { createNeonFront } from './neon-front.ts';
import { createOwnClients } from './own-client.ts';
import { SAMPLE_TABLES } from './sample-tables.ts';
import { openTemporaryCluster } from './temporary-cluster.ts';
import { serveWire, type WireServer } from './wire-server.ts';

/** A PostgreSQL in this process, reached like any other. */
export interface EmbeddedPostgres {
  /** For any client: `psql`, an ORM, an application. Every user and password is taken; the database is `postgres`. */
  url: string;
  port: number;
  /** Answers as Neon's HTTP endpoint does, at whatever path. Never rejects. */
  handleNeon(request: Request): Promise<Response>;
  /** Runs one statement and answers with its rows. @throws {pg.DatabaseError} */
  query(sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Runs statements separated by semicolons, all or none. @throws {pg.DatabaseError} */
  exec(sql: string): Promise<void>;
  /** Ends all connections and stops; what was committed is kept in `dataDir`. */
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL (PGlite) behind its wire protocol on loopback and behind Neon's protocol over HTTP.
 * @param options.dataDir where it is kept; nowhere for longer than this runs, when absent. A fresh one gets the tables of the README.
 * @param options.port the wanted port (0 for any); a busy one is passed over for the next.
 * @param options.now what time it is to it, in ms since the epoch: what `NOW()` answers; the machine's time unless told.
 * @param options.idleInTransactionMs how long others wait for a connection that has begun a transaction and does nothing, before it
 *   is closed with error 25P03; 10 seconds unless told.
 * @throws {EnvError} USAGE when another process uses the directory, or no port could be had.
 */
export async function startEmbeddedPostgres(options: {
  dataDir?: string | undefined;
  port: number;
  now?: (() => number) | undefined;
  idleInTransactionMs?: number;
}): Promise<EmbeddedPostgres> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const backend = await openBackend(options, undo);
    const server = await serveWire(backend, options.port);
    undo.push(server.close);
    return embeddedPostgres(server, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param undo takes what closes it again. */
async function openBackend(
  {
    dataDir,
    now = Date.now,
    idleInTransactionMs,
  }: { dataDir?: string | undefined; now?: (() => number) | undefined; idleInTransactionMs?: number },
  undo: (() => unknown)[],
): Promise<Backend> {
  if (dataDir === undefined && idleInTransactionMs === undefined) {
    const cluster = await openTemporaryCluster();
    undo.push(cluster.close);
    cluster.setClock(now);
    await cluster.backend.prepare(SAMPLE_TABLES);
    return cluster.backend;
  }
  const directory = dataDir === undefined ? openTemporaryDirectory() : openDirectory(dataDir);
  undo.push(directory.close);
  const engine = await startEngine(directory.cluster);
  undo.push(engine.close);
  engine.setClock(now);
  const backend = await createBackend(engine, { patienceMs: idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS });
  if (directory.isFresh) {
    await backend.prepare(SAMPLE_TABLES);
    directory.complete();
  }
  return backend;
}

function embeddedPostgres({ port, serve }: WireServer, close: () => Promise<void>): EmbeddedPostgres {
  const withClient = createOwnClients(serve);
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    port,
    handleNeon: createNeonFront(url, withClient),
    query: (sql, params = []) =>
      withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql, [...params])).rows),
    exec: (sql) =>
      withClient(url, async (client) => {
        await client.query(sql);
      }),
    close,
  };
}
