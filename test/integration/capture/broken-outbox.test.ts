import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { openCaptureDatabase, watching } from './capture-database.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const users = watching('users', 'insert', 'update', 'delete');

/** Ways to break an outbox, and whether it shows in its status. */
const breakages: [string, string, { shows: boolean }][] = [
  ['the outbox was dropped', 'DROP TABLE skene_outbox', { shows: true }],
  [
    'the outbox and its counter were dropped',
    'DROP TABLE skene_outbox; DROP SEQUENCE skene_outbox_misses',
    { shows: true },
  ],
  ['the outbox was renamed', 'ALTER TABLE skene_outbox RENAME TO old_outbox', { shows: true }],
  [
    'a column of the outbox was renamed',
    'ALTER TABLE skene_outbox RENAME "row" TO payload',
    { shows: false },
  ],
  [
    'the outbox has a column that must be filled',
    'DELETE FROM skene_outbox; ALTER TABLE skene_outbox ADD extra int NOT NULL',
    { shows: false },
  ],
  ['the outbox refuses rows', 'ALTER TABLE skene_outbox ADD CHECK (false) NOT VALID', { shows: false }],
  [
    'a trigger on the outbox raises',
    `CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
     CREATE TRIGGER no BEFORE INSERT ON skene_outbox FOR EACH ROW EXECUTE FUNCTION raise()`,
    { shows: false },
  ],
  [
    "the function's owner may not write to the outbox",
    `CREATE ROLE poor_${process.pid}; GRANT ALL ON SCHEMA public TO poor_${process.pid};
     ALTER FUNCTION skene_capture OWNER TO poor_${process.pid}`,
    { shows: true },
  ],
  ['the ids of the outbox are used up', 'ALTER TABLE skene_outbox ALTER id SET MAXVALUE 2', { shows: false }],
  ['the triggers are disabled', 'ALTER TABLE users DISABLE TRIGGER skene_insert', { shows: true }],
  ['the function was dropped with its triggers', 'DROP FUNCTION skene_capture CASCADE', { shows: true }],
];

describe('a sign-up succeeds', () => {
  it.each(breakages)('when %s', async (_, breakage, { shows }) => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    const { app, owner, database } = capture;
    await capture.sync([users]);
    await app.query(`INSERT INTO users (email) VALUES ('before')`);
    await owner.query(breakage);

    await app.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await app.query(`INSERT INTO users (email) VALUES ('ada@example.com'), ('bob@example.com')`);
    await app.query(`UPDATE users SET plan = 'pro' WHERE email = 'ada@example.com'`);
    await app.query(`DELETE FROM users WHERE email = 'bob@example.com'`);
    await app.query('COMMIT');

    const { rows } = await app.query('SELECT email, plan FROM users ORDER BY id');
    expect(rows).toEqual([
      { email: 'before', plan: null },
      { email: 'ada@example.com', plan: 'pro' },
    ]);
    if (shows) expect((await database.capture.outbox.status()).problems).not.toEqual([]);
    else
      expect((await database.capture.outbox.status().catch(() => ({ missed: 1 }))).missed).toBeGreaterThan(0);
  });

  it('while the outbox is locked by another session, after a short wait for the whole transaction', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    const { app, owner, database } = capture;
    await capture.sync([users]);
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE skene_outbox IN ACCESS EXCLUSIVE MODE');

    const begun = performance.now();
    await app.query(`INSERT INTO users (email) SELECT 'user ' || n FROM generate_series(1, 500) AS n`);
    expect(performance.now() - begun).toBeLessThan(1_500);
    await owner.query('ROLLBACK');

    expect((await database.capture.outbox.status()).missed).toBe(1);
    await app.query(`INSERT INTO users (email) VALUES ('after')`);
    expect(await capture.drain()).toEqual(['after']);
  });

  it("leaves the application's own settings as they were", async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    const { app } = capture;
    await capture.sync([users]);
    await app.query(`SET lock_timeout = '7s'; SET search_path = public, pg_catalog`);
    await app.query(`INSERT INTO users (email) VALUES ('a')`);
    const { rows } = await app.query(
      `SELECT current_setting('lock_timeout') AS wait, current_setting('search_path') AS path`,
    );
    expect(rows).toEqual([{ wait: '7s', path: 'public, pg_catalog' }]);
  });
});
