import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createPgDriver } from '../postgres/pg.ts';
import { createPostgresDatabase } from '../postgres/postgres-database.ts';

/** Opens any PostgreSQL, over TCP. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async (options) => {
  requireAddress(options.url, 'postgres');
  return createPostgresDatabase(await createPgDriver(options.url), options);
};
