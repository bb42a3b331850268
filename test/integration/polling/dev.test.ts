import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabaseSide } from '../../../src/dev/database-side.ts';
import { createEnv } from '../../../src/env/index.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { startPlanetscaleServer } from '../../servers/planetscale.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { deploymentOf } from './deployment.ts';
import { startQueueServer } from './queue-server.ts';

const WHAT = "the local stack's polling";

describe.skipIf(!hasMariadb(WHAT) || !hasRedis(WHAT))('with real servers', () => {
  let server: MariadbServer;
  let redis: RedisRestServer;
  beforeAll(async () => {
    [server, redis] = await Promise.all([startMariadbServer(), startRedisRestServer()]);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), redis?.stop()]);
  });

  it.each(['mysql', 'planetscale'] as const)(
    'the local stack polls a %s database, also a table that is made later',
    async (provider) => {
      const url = await server.createDatabase();
      const app = await mysql.createConnection(url);
      const front = await startPlanetscaleServer(url);
      const queue = await startQueueServer({ faults: 0 });
      const problems: string[] = [];
      const side = createDatabaseSide({
        url,
        settings: { provider, urlVariable: 'DATABASE_URL' },
        env: createEnv({
          DATABASE_URL: provider === 'planetscale' ? front.url : url,
          SKENE_URL: 'http://127.0.0.1:1',
          QSTASH_URL: queue.url,
          QSTASH_TOKEN: 'token',
          UPSTASH_REDIS_REST_URL: redis.url,
          UPSTASH_REDIS_REST_TOKEN: redis.token,
          VERCEL_ENV: 'preview',
          VERCEL_GIT_COMMIT_REF: `dev-${provider}`,
        }),
        log: {
          report: () => {},
          email: () => {},
          note: () => {},
          problem: (text) => void problems.push(text),
        },
      });
      await side.use(deploymentOf(30));
      await side.start();
      await vi.waitFor(() =>
        expect(problems).toEqual([expect.stringContaining('The database has no table users')]),
      );
      await app.query('CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY)');
      await side.drain();
      await app.query('INSERT INTO users VALUES (1)');
      await vi.waitFor(() => expect([...queue.runs.keys()]).toEqual(['1']), { timeout: 10_000 });
      expect(problems).toHaveLength(1);
      await side.close();
      await Promise.all([app.end(), front.close(), queue.close()]);
    },
  );
});
