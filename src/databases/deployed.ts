import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import type { DatabaseOptions } from './database-address.ts';

/**
 * The address of a deployment's database: what the variable holds that the config names, or, for Upstash Redis, what its own
 * client finds in the environment, with the token for a password.
 * @throws {EnvError} ENV_MISSING when it is not set.
 */
export function deployedAddress(env: Env, { urlVariable, provider }: Deployment['database']): string {
  if (provider !== 'upstash-redis' || env.read(urlVariable) !== undefined) return env.require(urlVariable);
  const { url, token } = env.redis;
  return Object.assign(new URL(url), { password: encodeURIComponent(token) }).href;
}

/** How a deployment's database is opened. @throws as {@link deployedAddress}. */
export function deployedDatabase(env: Env, database: Deployment['database']): DatabaseOptions {
  const { provider, overlap, tables } = database;
  return {
    url: deployedAddress(env, database),
    provider,
    neonEndpoint: env.neonEndpoint,
    polling: { overlapMs: overlap === undefined ? undefined : overlap * 1_000 },
    tables,
  };
}
