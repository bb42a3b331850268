import type { ResolvedConfig } from '../config/index.ts';
import { chooseProvider } from '../databases/index.ts';
import type { Env } from '../env/index.ts';

/**
 * Says that the database is Upstash Redis where a config does not and the environment does: by the database's address, or by
 * Upstash's own variables where no address is set.
 */
export function withDatabase(config: ResolvedConfig, env: Env, databaseUrl?: string): ResolvedConfig {
  const { database } = config;
  if (database.provider !== undefined) return config;
  const url = databaseUrl ?? env.read(database.url);
  const isRedis =
    url === undefined
      ? (env.read('UPSTASH_REDIS_REST_URL') ?? env.read('KV_REST_API_URL')) !== undefined
      : URL.canParse(url) && chooseProvider({ url }) === 'upstash-redis';
  return isRedis ? { ...config, database: { ...database, provider: 'upstash-redis' } } : config;
}
