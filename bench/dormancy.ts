/**
 * What the query of `condition: { type: 'activity' }` costs: `node --import tsx bench/dormancy.ts [events]`, 10 million unless told. It
 * starts a PostgreSQL and a MariaDB of its own, and prints how each runs a page, and how long the whole audience takes by pages of 1,000.
 */
import { type Database, dormancyQuery, findLastActions, readAudience } from '../src/databases/index.ts';
import { openDatabase } from '../src/databases/open/any.ts';
import { applyDatabaseSync, planDatabaseSync } from '../src/sync/index.ts';
import {
  type ActivityDialect,
  type ActivityTables,
  mariadb,
  postgres,
} from '../test/contract/databases/activity-tables.ts';
import { startMariadbServer } from '../test/servers/mariadb.ts';
import { startPostgres } from '../test/servers/postgres.ts';

const EVENTS_EACH = 20;
const PAGE = 1_000;
const TIMEOUT_MS = 60_000;

const events = Number(process.argv[2] ?? 10_000_000);
const users = events / EVENTS_EACH;
const source = { table: 'events', subject: 'user_id', time: 'created_at' };
const dormancy = { ...source, drop: 0.8, window: 7 * 86_400, baseline: 28 * 86_400 };

async function measure(name: string, dialect: ActivityDialect, url: string): Promise<void> {
  const tables = await dialect.connect(url);
  const database = await openDatabase({ url });
  console.info(`\n## ${name}: ${users} users, ${events} events`);
  let startedAt = performance.now();
  await tables.grow(users, EVENTS_EACH);
  console.info(`filled in ${seconds(startedAt)}`);
  const sql = dormancyQuery(database, dormancy, { table: 'users', id: 'id' });
  const middle = Math.floor(users / 2);
  const page = `SELECT * FROM (${sql}) AS audience WHERE audience.id IS NOT NULL AND audience.id > ${middle} ORDER BY audience.id LIMIT ${PAGE}`;
  console.info(await tables.plan(page, { analyse: true }));

  const found = await readAll(database, sql);
  startedAt = performance.now();
  const subjects = found.slice(0, 100);
  const actions = await findLastActions(database, source, { subjects, timeoutMs: TIMEOUT_MS });
  console.info(`last action of ${actions.size} users: ${(performance.now() - startedAt).toFixed(0)} ms`);
  if (database.capture !== undefined) await measureRollup(database, tables);
  await database.close();
  await tables.close();
}

/** Reads the whole audience by pages, and says how long that took. */
async function readAll(database: Database, sql: string): Promise<string[]> {
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
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.info(
    `${found.length} dormant in ${times.length} pages: ${seconds(startedAt)}; a page ${median.toFixed(0)} ms (median), ${times.at(-1)?.toFixed(0)} ms (longest)`,
  );
  return found;
}

/** The same by the daily roll-up, which is made and filled first. */
async function measureRollup(database: Database, tables: ActivityTables): Promise<void> {
  const rollup = { subject: source.subject, time: source.time, days: 36 };
  const startedAt = performance.now();
  const watch = { table: source.table, id: 'id', subjects: [], changes: [], rollup };
  await applyDatabaseSync(database, await planDatabaseSync(database, [watch]));
  console.info(`rolled up in ${seconds(startedAt)}`);
  await tables.run('VACUUM ANALYZE skene_activity_daily');
  await readAll(
    database,
    dormancyQuery(database, { ...dormancy, rollup: true }, { table: 'users', id: 'id' }),
  );
}

const seconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

const pgServer = await startPostgres();
await measure('PostgreSQL', postgres, await pgServer.createDatabase());
await pgServer.close();
const mariadbServer = await startMariadbServer();
await measure('MariaDB', mariadb, await mariadbServer.createDatabase());
await mariadbServer.stop();
