import type { Pipeline } from '@upstash/redis';
import { ConfigError, EnvError, messageOf, ProviderError, type SkeneError } from '../../errors/index.ts';

/** Asks a Redis. */
export interface RedisClient {
  /**
   * Sends commands in one request, and answers with their replies as Redis gives them: text, integers, lists.
   * @param commands puts them into the pipeline.
   * @throws {EnvError} ENV_INVALID when the token is wrong, {ConfigError} QUERY_FAILED when a key is not what it has to be or the token
   *   may not read it, {ProviderError} PROVIDER_UNAVAILABLE for everything else.
   */
  ask(commands: (pipeline: Pipeline) => unknown, options?: { timeoutMs?: number }): Promise<unknown[]>;
}

/** What our own commands may take. */
const USUAL_TIMEOUT_MS = 15_000;

/** Upstash's client for a REST address. */
export async function createRedisClient({
  url,
  token,
}: {
  url: string;
  token: string;
}): Promise<RedisClient> {
  const { Redis } = await import('@upstash/redis');
  return {
    async ask(commands, { timeoutMs = USUAL_TIMEOUT_MS } = {}) {
      const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
      try {
        const redis = new Redis({
          url,
          token,
          signal: () => signal,
          automaticDeserialization: false,
          enableAutoPipelining: false,
          enableTelemetry: false,
          retry: { retries: 2 },
        });
        const pipeline = redis.pipeline();
        commands(pipeline);
        return await pipeline.exec();
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}

function toDatabaseError(cause: unknown): SkeneError {
  const message = messageOf(cause);
  if (/WRONGPASS|NOAUTH|unauthorized/i.test(message))
    return new EnvError('ENV_INVALID', `Upstash Redis refused the token: ${message}.`, {
      hint: 'Correct UPSTASH_REDIS_REST_TOKEN, or the password in the URL of the database.',
      cause,
    });
  if (/NOPERM/.test(message))
    return new ConfigError('QUERY_FAILED', `The token may not do what is needed: ${message}.`, {
      hint: 'Take a token that may read every key of the tables, and write keys that begin with skene:.',
      cause,
    });
  if (/WRONGTYPE/.test(message))
    return new ConfigError('QUERY_FAILED', `A key is not of the kind it has to be: ${message}.`, {
      hint: 'Rows are hashes; an index is a set, a sorted set, a list or a string. Correct key and index of the table in defineConfig.',
      cause,
    });
  return new ProviderError('PROVIDER_UNAVAILABLE', `Upstash Redis cannot answer now: ${message}`, { cause });
}
