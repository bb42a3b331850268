import { EnvError } from '../../errors/index.ts';
import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createRedisClient } from '../upstash-redis/client.ts';
import { createRedisDatabase } from '../upstash-redis/upstash-redis-database.ts';

/** Opens an Upstash Redis, which is asked over HTTP: `https://:token@host`. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async ({ url, tables, polling }) => {
  const { origin, protocol, password } = requireAddress(url, 'upstash-redis');
  if (!/^https?:$/.test(protocol) || password === '')
    throw new EnvError(
      'ENV_INVALID',
      `The address of Upstash Redis, ${protocol}//…, is not that of its REST API.`,
      {
        hint: 'Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN and leave DATABASE_URL out, or write it as https://:TOKEN@host.',
      },
    );
  const client = await createRedisClient({ url: origin, token: decodeURIComponent(password) });
  return createRedisDatabase(client, { tables, polling });
};
