import { createClock } from '../../../src/dev/clock.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';

/** A Redis behind Upstash's REST protocol. */
export interface TestedServer {
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** The servers that a test can have here, by name: the local stack's, and a real Redis where one is installed. */
export const SERVERS: Array<[name: string, start: () => Promise<TestedServer>]> = [
  ['the local Redis', startLocalRedis],
  ...(hasRedis('Upstash Redis as a database, on a real Redis')
    ? [['a real Redis', () => startRedisRestServer()] as [string, () => Promise<TestedServer>]]
    : []),
];

async function startLocalRedis(): Promise<TestedServer> {
  const token = 'token';
  const server = createRedisServer({ clock: createClock(), journal: undefined, token });
  const { url, close } = await listen((request) => server.handle(request), { port: 0 });
  return {
    url,
    token,
    async stop() {
      await close();
      server.close();
    },
  };
}
