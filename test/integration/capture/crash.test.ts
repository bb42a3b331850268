import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rowEvent } from '../../../src/events/index.ts';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { openCaptureDatabase, watching } from './capture-database.ts';

const WRITERS = 20;
const TRANSACTIONS = 30;
const KILLS = 10;

let server: PostgresServer;
const folder = mkdtempSync(join(tmpdir(), 'skene-crash-'));
const file = join(folder, 'accepted');
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function startDrain(url: string): ChildProcess {
  const program = join(import.meta.dirname, 'drain-process.ts');
  return spawn(process.execPath, ['--import', 'tsx', program, url, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const accepted = (): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];

/** Writes in transactions that commit in another order than they began; every fifth is rolled back and leaves a gap. */
async function write(url: string, isOver: () => boolean): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (let count = 0; count < TRANSACTIONS || !isOver(); count += 1) {
    await client.query('BEGIN');
    await client.query(`INSERT INTO users (email) VALUES ('a'), ('b')`);
    await pause(Math.random() * 60);
    await client.query(count % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
  }
  await client.end();
}

it(`hands on every row, with ${WRITERS} writers, while the drain is killed ${KILLS} times`, {
  timeout: 90_000,
}, async () => {
  await using capture = await openCaptureDatabase(await server.createDatabase());
  await capture.sync([watching('users')]);
  let kills = 0;
  const writers = Array.from({ length: WRITERS }, () => write(capture.url, () => kills === KILLS));

  for (; kills < KILLS; kills += 1) {
    const before = accepted().length;
    const drain = startDrain(capture.url);
    await vi.waitFor(() => expect(accepted().length).toBeGreaterThan(before), {
      timeout: 10_000,
      interval: 10,
    });
    await pause(Math.random() * 300);
    drain.kill('SIGKILL');
    await once(drain, 'exit');
  }
  await Promise.all(writers);
  const last = startDrain(capture.url);
  await vi.waitFor(
    async () =>
      expect(await capture.database.capture.outbox.status()).toMatchObject({
        waiting: 0,
        setAside: 0,
        missed: 0,
      }),
    { timeout: 30_000, interval: 100 },
  );
  last.kill('SIGKILL');

  const rows = await capture.database.select({ sql: 'SELECT * FROM users', params: [], timeoutMs: 5_000 });
  const expected = rows.map(
    (row) =>
      rowEvent({ table: 'users', operation: 'insert', row, identity: [row.id, row.created_at], at: 0 }).id,
  );
  expect(expected.length).toBeGreaterThanOrEqual(WRITERS * TRANSACTIONS);
  expect(new Set(accepted())).toEqual(new Set(expected));
});
