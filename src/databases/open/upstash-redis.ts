import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createRedisClient } from '../upstash-redis/client.ts';
import { createRedisDatabase } from '../upstash-redis/upstash-redis-database.ts';

/** Opens an Upstash Redis, which is asked over HTTP: `https://:token@host`. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async ({ url, tables, polling }) => {
  const { origin, password } = requireAddress(url, 'upstash-redis');
  return createRedisDatabase(await createRedisClient({ url: origin, token: decodeURIComponent(password) }), {
    tables,
    polling,
  });
};
