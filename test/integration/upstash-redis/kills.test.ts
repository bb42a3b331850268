import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { withSkene } from '../../../src/adapters/upstash-redis.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { keepWatching } from '../polling/keep-watching.ts';
import { startQueueServer } from '../polling/queue-server.ts';

/** `SKENE_POLLING_ROWS=30000` makes the long form of this; the short one has a bit of everything in one. */
const ROWS = Number(process.env.SKENE_POLLING_ROWS ?? 1_500);
const isLong = ROWS > 10_000;
const KILLS = isLong ? 20 : 3;
const WRITERS = 8;
const OVERLAP_SECONDS = 2;

describe.runIf(hasRedis('watching Upstash Redis with kills'))(
  'a watcher of hashes that is killed while rows are written',
  () => {
    let server: RedisRestServer;
    beforeAll(async () => {
      server = await startRedisRestServer();
    });
    afterAll(() => server?.stop());

    type App = [name: string, tells: (share: number) => boolean];
    const REPLACED: App = ['by a client that does not tell, then by one that does', (share) => share > 0.4];
    const APPS: App[] = [
      ['by a client that tells', () => true],
      REPLACED,
      ['by a client that does not tell', () => false],
    ];

    it.each(isLong ? APPS : [REPLACED])(
      'starts one run for each row written %s',
      { timeout: 600_000 },
      async (name, tells) => {
        await new Redis(server).flushdb();
        const plain = new Redis({ ...server, enableAutoPipelining: false });
        const told = withSkene(new Redis({ ...server, enableAutoPipelining: false }));
        const queue = await startQueueServer({ faults: 0.02 });
        const started = performance.now();
        await using watcher = keepWatching({
          provider: 'upstash-redis',
          namespace: name,
          overlapSeconds: OVERLAP_SECONDS,
          kills: KILLS,
          variables: {
            DATABASE_URL: '',
            QSTASH_URL: queue.url,
            UPSTASH_REDIS_REST_URL: server.url,
            UPSTASH_REDIS_REST_TOKEN: server.token,
          },
        });
        await watcher.first;

        let written = 0;
        await Promise.all(
          Array.from({ length: WRITERS }, async (_, writer) => {
            for (let row = 0; row * WRITERS < ROWS; row += 1) {
              const app = tells((row * WRITERS) / ROWS) ? told : plain;
              await app.hset(`users:${writer}-${row}`, { email: `${writer}-${row}@example.com` });
              written += 1;
              if (Math.random() < 0.2) await app.hset(`users:${writer}-${row}`, { name: 'Ada' });
              await pause(isLong ? 2 : 10 * Math.random());
            }
          }),
        );
        const kills = await watcher.killed;
        await vi.waitFor(() => expect(queue.runs.size).toBeGreaterThanOrEqual(written), {
          timeout: 300_000,
          interval: 100,
        });
        // Whatever is told again, by the stream after the keys, has been told by then.
        await pause(OVERLAP_SECONDS * 1_000 + 3_000);
        await watcher[Symbol.asyncDispose]();
        await queue.close();

        const twice = [...queue.runs.values()].filter((ids) => ids.size !== 1).length;
        const seconds = Math.round((performance.now() - started) / 1_000);
        process.stdout.write(
          `rows written ${name}: ${written}, ${kills} kills, ${written - queue.runs.size} missed, ${twice} twice, ` +
            `${queue.repeated} handed in again under the same run id, ${seconds} s\n`,
        );
        expect({ runs: queue.runs.size, twice }).toEqual({ runs: written, twice: 0 });
      },
    );
  },
);
