import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, dormancyQuery, readAudience } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import type { Watch } from '../../../src/plan/index.ts';
import { applyDatabaseSync, planDatabaseRemoval, planDatabaseSync } from '../../../src/sync/index.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../../servers/postgres.ts';
import { type ActivityTables, postgres } from './activity-tables.ts';

const watch: Watch = {
  table: 'events',
  id: 'id',
  subjects: [],
  changes: [],
  rollup: { subject: 'user_id', time: 'created_at', days: 36 },
};
const dormancy = {
  table: 'events',
  subject: 'user_id',
  time: 'created_at',
  drop: 0.8,
  window: 7 * 86_400,
  baseline: 28 * 86_400,
};

describe.skipIf(!hasPostgres('the roll-up of activity'))('the daily roll-up of activity', () => {
  let server: PostgresServer;
  let tables: ActivityTables;
  let database: Database;
  let app: pg.Client;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.createDatabase();
    tables = await postgres.connect(url);
    database = await openDatabase({ url });
    app = new pg.Client(url);
    await app.connect();
    await tables.grow(200, 40);
    await sync();
  });
  afterAll(async () => {
    await app?.end();
    await database?.close();
    await tables?.close();
    await server?.close();
  });

  const sync = async () => applyDatabaseSync(database, await planDatabaseSync(database, [watch]));

  /** What the roll-up says and what the table says, day by day. */
  async function differences(): Promise<unknown[]> {
    const { rows } = await app.query(`
      SELECT * FROM (SELECT user_id::text AS subject, (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS actions
        FROM events WHERE created_at >= now() - interval '35 days' GROUP BY 1, 2) AS counted
      FULL JOIN (SELECT subject, day, actions FROM skene_activity_daily WHERE day > current_date - 35) AS kept USING (subject, day)
      WHERE counted.actions IS DISTINCT FROM kept.actions AND day > current_date - 34`);
    return rows;
  }

  async function dormant(rollup: boolean): Promise<string[]> {
    const sql = dormancyQuery(database, { ...dormancy, rollup }, { table: 'users', id: 'id' });
    const rows = await readAudience(database, {
      sql,
      id: 'id',
      after: undefined,
      limit: 1_000,
      timeoutMs: 5_000,
    });
    return rows.map(({ id }) => String(id));
  }

  it('has what was there before, counted once however often it is asked for', async () => {
    expect(await differences()).toEqual([]);
    await sync();
    expect(await differences()).toEqual([]);
    expect((await planDatabaseSync(database, [watch])).actions.map(({ action }) => action)).toEqual([
      'keep',
      'keep',
    ]);
  });

  it('follows what is inserted, one row or thousands, by many at once', async () => {
    const url = Object.assign(new URL(server.url), { pathname: `/${app.database}` }).href;
    const clients = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new pg.Client(url);
        await client.connect();
        return client;
      }),
    );
    await Promise.all(
      clients.map(async (client, number) => {
        for (let round = 0; round < 20; round++)
          await client.query(
            `INSERT INTO events VALUES ($1, 'opened', now()), ($2, 'opened', now() - interval '3 days')`,
            [1001 + (round % 3), 1001 + number],
          );
        await client.end();
      }),
    );
    await app.query(
      `INSERT INTO events SELECT 1000 + n % 200 + 1, 'opened', now() - interval '1 day' FROM generate_series(1, 5000) AS n`,
    );
    expect(await differences()).toEqual([]);
  });

  it('finds whom the table finds, give or take the day that has not ended', async () => {
    await app.query('DELETE FROM events; DELETE FROM skene_activity_daily');
    // Everybody came every other day; every fifth stopped ten days ago.
    await app.query(`INSERT INTO events SELECT n, 'opened', now() - make_interval(days => day)
      FROM generate_series(1001, 1200) AS n, generate_series(0, 34, 2) AS day WHERE n % 5 > 0 OR day >= 10`);
    const expected = Array.from({ length: 40 }, (_, index) => String(1005 + 5 * index));
    expect(await dormant(false)).toEqual(expected);
    expect(await dormant(true)).toEqual(expected);
  });

  it('is read by its key', async () => {
    await app.query('VACUUM ANALYZE skene_activity_daily');
    const sql = dormancyQuery(database, { ...dormancy, rollup: true }, { table: 'users', id: 'id' });
    const page = `SELECT * FROM (${sql}) AS audience WHERE audience.id > 1000 ORDER BY audience.id LIMIT 100`;
    expect(await tables.plan(page)).toMatch(/SubPlan.*Index Scan using skene_activity_daily_pkey/s);
  });

  it('never stands in the way of the application', async () => {
    await app.query('ALTER TABLE skene_activity_daily RENAME TO away');
    await app.query(`INSERT INTO events VALUES (1001, 'opened', now())`);
    await app.query('ALTER TABLE away RENAME TO skene_activity_daily');
    await app.query(`INSERT INTO events SELECT 1001, 'opened', now() WHERE false`);
    expect(
      (await app.query('SELECT count(*)::int AS count FROM events WHERE user_id = 1001')).rows[0].count,
    ).toBe(19);
  });

  it('is taken away with everything else', async () => {
    await applyDatabaseSync(database, await planDatabaseRemoval(database));
    const { rows } = await app.query(`SELECT proname AS name FROM pg_proc WHERE proname LIKE 'skene%'
      UNION SELECT relname FROM pg_class WHERE relname LIKE 'skene%'`);
    expect(rows).toEqual([]);
  });
});
