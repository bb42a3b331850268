import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { keepWatching } from './keep-watching.ts';
import { startQueueServer } from './queue-server.ts';

/** `SKENE_POLLING_ROWS=100000` makes the long form of this. */
const ROWS = Number(process.env.SKENE_POLLING_ROWS ?? 1_000);
const isLong = ROWS > 10_000;
const KILLS = isLong ? 25 : 4;
const WRITERS = isLong ? 24 : 8;
const OVERLAP_SECONDS = isLong ? 10 : 2;
/** Kept from the overlap for what a busy machine adds. */
const LONGEST_HOLD_MS = OVERLAP_SECONDS * 1_000 - 1_000;

const WHAT = 'polling with late commits';

describe.skipIf(!hasMariadb(WHAT) || !hasRedis(WHAT))('with real servers', () => {
  let server: MariadbServer;
  let redis: RedisRestServer;
  beforeAll(async () => {
    [server, redis] = await Promise.all([startMariadbServer(), startRedisRestServer()]);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), redis?.stop()]);
  });

  const KEYS = [
    ['an id that is counted up', 'bigint AUTO_INCREMENT PRIMARY KEY'],
    ['random ids and a time in whole seconds', 'char(36) DEFAULT UUID() PRIMARY KEY'],
  ] as const;

  describe('a watcher that is killed while rows are committed late', () => {
    it.each(KEYS)('starts one run for each row, with %s', { timeout: 1_200_000 }, async (name, key) => {
      const url = await server.createDatabase();
      const app = mysql.createPool({ uri: url, connectionLimit: WRITERS });
      await app.query(
        `CREATE TABLE users (id ${key}, email varchar(100), created_at timestamp NOT NULL DEFAULT now(), KEY (created_at))`,
      );
      const queue = await startQueueServer({ faults: 0.02 });
      const started = performance.now();
      await using watcher = keepWatching({
        provider: 'mysql',
        namespace: name,
        overlapSeconds: OVERLAP_SECONDS,
        kills: KILLS,
        variables: {
          DATABASE_URL: url,
          QSTASH_URL: queue.url,
          UPSTASH_REDIS_REST_URL: redis.url,
          UPSTASH_REDIS_REST_TOKEN: redis.token,
        },
      });
      await watcher.first;
      const written = await Promise.all(Array.from({ length: WRITERS }, () => write(app, ROWS / WRITERS)));
      const kills = await watcher.killed;

      const [rows] = await app.query<mysql.RowDataPacket[]>('SELECT id FROM users');
      const expected = rows.map((row) => String(row.id));
      await vi.waitFor(() => expect(queue.runs.size).toBeGreaterThanOrEqual(expected.length), {
        timeout: 600_000,
        interval: 100,
      });
      // Whatever is read again by the overlap's passes has been read again by then.
      await pause(OVERLAP_SECONDS * 2_000 + 1_000);
      await watcher[Symbol.asyncDispose]();
      await Promise.all([app.end(), queue.close()]);

      const twice = [...queue.runs.values()].filter((ids) => ids.size !== 1).length;
      const missed = expected.filter((id) => !queue.runs.has(id)).length;
      const late = written.reduce((sum, { heldOpen }) => sum + heldOpen, 0);
      const seconds = Math.round((performance.now() - started) / 1_000);
      process.stdout.write(
        `${name}: ${expected.length} rows, ${late} transactions held open up to ${LONGEST_HOLD_MS} ms, ${kills} kills, ` +
          `${missed} missed, ${twice} twice, ${queue.repeated} handed in again under the same run id, ${seconds} s\n`,
      );
      expect({ missed, twice, runs: queue.runs.size }).toEqual({
        missed: 0,
        twice: 0,
        runs: expected.length,
      });
      expect(expected.length).toBeGreaterThanOrEqual(ROWS);
    });
  });

  /** Writes in transactions of which some are held open, and some rolled back, until so many rows are committed. */
  async function write(app: mysql.Pool, rows: number): Promise<{ heldOpen: number }> {
    let heldOpen = 0;
    for (let committed = 0; committed < rows; ) {
      const connection = await app.getConnection();
      await connection.beginTransaction();
      const count = 1 + Math.floor(Math.random() * (isLong ? 150 : 20));
      await connection.query(
        `INSERT INTO users (email) VALUES ${Array(count).fill("('a@example.com')").join()}`,
      );
      const isLate = Math.random() < 0.25;
      if (isLate) heldOpen += 1;
      await pause(Math.random() * (isLate ? LONGEST_HOLD_MS : 50));
      const isGivenUp = Math.random() < 0.1;
      await (isGivenUp ? connection.rollback() : connection.commit());
      connection.release();
      if (!isGivenUp) committed += count;
    }
    return { heldOpen };
  }
});
