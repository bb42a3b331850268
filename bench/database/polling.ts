import mysql from 'mysql2/promise';
import type { Polling } from '../../src/databases/index.ts';
import { openDatabase } from '../../src/databases/open/any.ts';
import type { Watch } from '../../src/plan/index.ts';
import { startMariadbServer } from '../../test/servers/mariadb.ts';
import type { Table } from '../bench.ts';

/** Rows per page, as the watcher of src/changes takes them. */
const PAGE = 100;

const WARM_UP = 10_000;
const IDLE_POLLS = 20;

const WATCH: Watch = {
  table: 'users',
  id: 'id',
  subjects: ['id'],
  changes: [{ operation: 'insert', equals: {} }],
};

/** A table that is polled instead of captured, on a real MariaDB: its new rows read to the end, and a poll that finds nothing new. */
export async function measurePolling(counts: readonly number[]): Promise<Table> {
  const server = await startMariadbServer();
  await measureTable(await server.createDatabase(), WARM_UP);
  const rows = [];
  for (const count of counts) rows.push(await measureTable(await server.createDatabase(), count));
  await server.stop();
  return {
    title: `A table of MariaDB polled, ${PAGE} rows at a time`,
    columns: [
      { key: 'count', label: 'new rows' },
      { key: 'perSecond', label: 'rows/s' },
      { key: 'idleMs', label: 'a poll that finds nothing new, ms', digits: 1 },
    ],
    rows,
  };
}

async function measureTable(url: string, count: number) {
  const app = await mysql.createConnection(url);
  // Their times differ, as those of sign-ups do.
  await app.query(`CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(200),
    created_at timestamp(3) NOT NULL, KEY (created_at))`);
  let time = Date.now();
  const database = await openDatabase({ url, polling: { now: () => time } });
  const { polling } = database;
  if (polling === undefined) throw new Error('MariaDB is not polled.');
  const { cursor } = await polling.next(WATCH, { cursor: undefined, limit: PAGE });
  await app.query(
    `INSERT INTO users (email, created_at)
     SELECT CONCAT('user', seq, '@example.com'), FROM_UNIXTIME(? + seq / 1000) FROM seq_1_to_${Math.trunc(count)}`,
    [time / 1000],
  );
  const begun = performance.now();
  const first = await pollToEnd(polling, cursor);
  const seconds = (performance.now() - begun) / 1000;
  if (first.rows !== count) throw new Error(`${first.rows} rows were found, not ${count}.`);
  // By now every row is certain to have been committed, which one more poll settles: from then on none of them is read again.
  let kept = first.cursor;
  for (let poll = 0; poll < 3; poll += 1) {
    time += count + 3_600_000;
    kept = (await pollToEnd(polling, kept)).cursor;
  }
  const idleAt = performance.now();
  for (let poll = 0; poll < IDLE_POLLS; poll += 1) kept = (await pollToEnd(polling, kept)).cursor;
  const idleMs = (performance.now() - idleAt) / IDLE_POLLS;
  await database.close();
  await app.end();
  return { count, perSecond: count / seconds, idleMs };
}

async function pollToEnd(polling: Polling, from: string | undefined) {
  let cursor = from;
  for (let rows = 0; ; ) {
    const page = await polling.next(WATCH, { cursor, limit: PAGE });
    rows += page.changes.length;
    cursor = page.cursor;
    if (page.isLast) return { rows, cursor };
  }
}
