import { startPostgres } from '../../servers/postgres.ts';

/** A real PostgreSQL server with nothing in it. */
export interface PostgresServer {
  /** Makes an empty database and gives its connection string. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** The same as {@link startPostgres}, under the names that tests of captured rows use. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const { createDatabase, close } = await startPostgres();
  return { createDatabase, stop: close };
}
