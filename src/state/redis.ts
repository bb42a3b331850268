import { Redis } from '@upstash/redis';
import { messageOf, ProviderError } from '../errors/index.ts';

export type { Redis };

/** Connects to Upstash Redis over REST; nothing is sent until first used. Replies are as Redis gives them, nothing is parsed. */
export function createRedis({ url, token }: { url: string; token: string }): Redis {
  return new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableTelemetry: false,
    retry: { retries: 2 },
  });
}

/** Does something with Redis. @throws {ProviderError} PROVIDER_UNAVAILABLE whatever the reason it failed for. */
export async function reachRedis<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new ProviderError('PROVIDER_UNAVAILABLE', `Redis did not answer as expected: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
