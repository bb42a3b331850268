import { type Database, dormancyQuery, readAudience } from '../../src/databases/index.ts';
import { openDatabase } from '../../src/databases/open/any.ts';
import { applyDatabaseSync, planDatabaseSync } from '../../src/sync/index.ts';
import { type ActivityDialect, mariadb, postgres } from '../../test/contract/databases/activity-tables.ts';
import { startMariadbServer } from '../../test/servers/mariadb.ts';
import { startPostgres } from '../../test/servers/postgres.ts';
import type { Bench, Plot, Size } from '../bench.ts';

const USERS: Readonly<Record<Size, readonly number[]>> = {
  smoke: [50],
  usual: [1_000, 10_000, 100_000],
  long: [10_000, 100_000, 1_000_000],
};
const EVENTS_EACH = 20;
const PAGE = 1_000;
const TIMEOUT_MS = 60_000;

const source = { table: 'events', subject: 'user_id', time: 'created_at' };
const dormancy = { ...source, drop: 0.8, window: 7 * 86_400, baseline: 28 * 86_400 };
const usersTable = { table: 'users', id: 'id' };

interface Row {
  database: string;
  users: number;
  events: number;
  dormant: number;
  seconds: number;
  median: number;
  longest: number;
}

/** What the query of `condition: { type: 'activity' }` costs: the whole audience, read by pages of 1,000. */
export const dormancyBench: Bench = {
  name: 'dormancy',
  async run(size) {
    const rows: Row[] = [];
    for (const users of USERS[size]) {
      console.error(`dormancy: ${users} users`);
      const server = await startPostgres();
      rows.push(...(await measure('PostgreSQL', postgres, { url: await server.createDatabase(), users })));
      await server.close();
      if (size !== 'long') continue;
      const other = await startMariadbServer();
      rows.push(...(await measure('MariaDB', mariadb, { url: await other.createDatabase(), users })));
      await other.stop();
    }
    return {
      tables: [
        {
          title: 'Who is dormant, read from the events',
          columns: [
            { key: 'database', label: 'database' },
            { key: 'users', label: 'users' },
            { key: 'events', label: 'events' },
            { key: 'dormant', label: 'dormant users' },
            { key: 'seconds', label: 'all pages, s', digits: 2 },
            { key: 'median', label: 'a page, ms' },
            { key: 'longest', label: 'the longest, ms' },
          ],
          rows: rows.map((row) => ({ ...row })),
        },
      ],
      plots: [plotOf(rows)],
    };
  },
};

async function measure(
  name: string,
  dialect: ActivityDialect,
  { url, users }: { url: string; users: number },
): Promise<Row[]> {
  const tables = await dialect.connect(url);
  const database = await openDatabase({ url });
  await tables.grow(users, EVENTS_EACH);
  const sizes = { users, events: users * EVENTS_EACH };
  const rows = [
    { database: name, ...sizes, ...(await readAll(database, dormancyQuery(database, dormancy, usersTable))) },
  ];
  if (database.capture !== undefined) {
    const rollup = { subject: source.subject, time: source.time, days: 36 };
    const watch = { table: source.table, id: 'id', subjects: [], changes: [], rollup };
    await applyDatabaseSync(database, await planDatabaseSync(database, [watch]));
    await tables.run('VACUUM ANALYZE skene_activity_daily');
    const rolledUp = dormancyQuery(database, { ...dormancy, rollup: true }, usersTable);
    rows.push({ database: `${name}, rolled up by day`, ...sizes, ...(await readAll(database, rolledUp)) });
  }
  await database.close();
  await tables.close();
  return rows;
}

async function readAll(database: Database, sql: string) {
  const startedAt = performance.now();
  const times: number[] = [];
  const found: string[] = [];
  for (let more = true; more; ) {
    const begun = performance.now();
    const page = { sql, id: 'id', after: found.at(-1), limit: PAGE, timeoutMs: TIMEOUT_MS };
    const rows = await readAudience(database, page);
    times.push(performance.now() - begun);
    found.push(...rows.map(({ id }) => String(id)));
    more = rows.length === PAGE;
  }
  times.sort((a, b) => a - b);
  return {
    dormant: found.length,
    seconds: (performance.now() - startedAt) / 1000,
    median: times[Math.floor(times.length / 2)] ?? 0,
    longest: times.at(-1) ?? 0,
  };
}

function plotOf(rows: readonly Row[]): Plot {
  const names = [...new Set(rows.map(({ database }) => database))];
  return {
    name: 'dormancy',
    title: 'A pass over who is dormant as the users grow',
    x: `users, with ${EVENTS_EACH} events each`,
    y: 'seconds for all pages',
    series: names.map((name) => ({
      name,
      points: rows
        .filter(({ database }) => database === name)
        .map((row) => [row.users, row.seconds] as const),
    })),
  };
}
