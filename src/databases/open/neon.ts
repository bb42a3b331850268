import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createNeonDriver } from '../postgres/neon.ts';
import { createPostgresDatabase } from '../postgres/postgres-database.ts';

/** Opens a PostgreSQL at Neon, which is asked over HTTP. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async (options) => {
  const { url, neonEndpoint: endpoint } = options;
  requireAddress(url, 'neon');
  return createPostgresDatabase(await createNeonDriver({ url, endpoint }), options);
};
