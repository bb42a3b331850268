import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CapturingDatabase } from '../../../src/databases/index.ts';
import { type RowChange, rowEvent } from '../../../src/events/index.ts';
import type { Watch } from '../../../src/plan/index.ts';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { openCaptureDatabase, watching } from './capture-database.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const users = watching('users');
const restless = { healing: { overlapMs: 60_000, restMs: 60_000 } };

/** Reads all pages of the passes that are due. */
async function heal(database: CapturingDatabase, watch: Watch, limit = 3): Promise<RowChange[]> {
  const found: RowChange[] = [];
  for (let page = await database.capture.healing.next(watch, { limit }); page !== undefined; ) {
    found.push(...page.changes);
    await page.settle();
    page = await database.capture.healing.next(watch, { limit });
  }
  return found;
}

const idsOf = (changes: readonly RowChange[]) => changes.map((change) => rowEvent(change).id).sort();

describe('a pass over the table', () => {
  it('is not made while nothing was missed', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    await capture.sync([users]);
    await capture.app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect(await heal(capture.database, users)).toEqual([]);
  });

  it('is to be asked for where one table of several may have missed something', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    const { app, owner, database } = capture;
    const actions = watching('actions');
    const { healing } = database.capture;
    await owner.query('CREATE TABLE actions (id bigserial PRIMARY KEY, name text)');
    await capture.sync([users, actions]);
    await app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect(await healing.unsure([users, actions])).toEqual([]);

    await owner.query('ALTER TABLE actions DISABLE TRIGGER ALL');
    expect(await healing.unsure([users, actions])).toEqual([actions]);
    await owner.query('ALTER TABLE actions ENABLE TRIGGER ALL');
    await owner.query(`UPDATE skene_watch_state SET healthy_at = now() - interval '2 minutes'`);
    expect(await healing.unsure([users, actions])).toEqual([users, actions]);
    expect(await heal(database, users)).toEqual([]);
    expect(await healing.unsure([users, actions])).toEqual([actions]);
    await owner.query('DROP TABLE skene_outbox');
    expect(await healing.unsure([users])).toEqual([users]);
  });

  it.each([
    ['dropped', 'DROP TABLE skene_outbox'],
    ['not writable', 'ALTER TABLE skene_outbox ADD CHECK (false) NOT VALID'],
    ['without triggers', 'DROP TRIGGER skene_insert ON users'],
    ['with disabled triggers', 'ALTER TABLE users DISABLE TRIGGER ALL'],
    [
      'with a function that does nothing',
      'CREATE OR REPLACE FUNCTION skene_capture() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    ],
  ])('finds what an outbox missed that was %s, and nothing from before the triggers', async (_, breakage) => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    const { app, owner, database } = capture;
    await app.query(
      `INSERT INTO users (email, created_at) VALUES ('long ago', now() - interval '2 minutes')`,
    );
    await capture.sync([users]);
    await app.query(`INSERT INTO users (email) VALUES ('captured')`);
    const captured = (await database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 })).map(
      ({ change }) => change,
    );

    await owner.query(breakage);
    await app.query(`INSERT INTO users (email) SELECT 'missed ' || n FROM generate_series(1, 8) AS n`);
    const found = await heal(database, users);

    const rows = await database.select({
      sql: `SELECT * FROM users WHERE email <> 'long ago'`,
      params: [],
      timeoutMs: 5_000,
    });
    expect(found.map(({ row }) => row)).toEqual(rows);
    expect(idsOf(found)).toEqual(expect.arrayContaining(idsOf(captured)));
    expect(new Set(idsOf(found)).size).toBe(9);
    expect(await heal(database, users)).toEqual([]);
  });

  it('goes on behind the last page that was settled', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    await capture.sync([users]);
    await capture.owner.query('ALTER TABLE users DISABLE TRIGGER ALL');
    await capture.app.query(`INSERT INTO users (email) SELECT n FROM generate_series(1, 5) AS n`);
    const emails = async () => {
      const page = await capture.database.capture.healing.next(users, { limit: 2 });
      return { emails: page?.changes.map(({ row }) => row.email), settle: () => page?.settle() };
    };
    const first = await emails();
    expect(first.emails).toEqual(['1', '2']);
    expect((await emails()).emails).toEqual(['1', '2']);
    await first.settle();
    expect((await emails()).emails).toEqual(['3', '4']);
  });

  it('is made once more for what was missed in a transaction that commits late', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), {
      healing: { overlapMs: 1_000, restMs: 0 },
    });
    await capture.sync([users]);
    await capture.owner.query('ALTER TABLE skene_outbox RENAME TO away');
    await capture.app.query(`BEGIN; INSERT INTO users (email) VALUES ('late')`);
    await capture.owner.query('ALTER TABLE away RENAME TO skene_outbox');
    expect(await heal(capture.database, users)).toEqual([]);
    await capture.app.query('COMMIT');
    const found = await vi.waitFor(
      async () => {
        const page = await capture.database.capture.healing.next(users, { limit: 10 });
        expect(page?.changes).toHaveLength(1);
        return page;
      },
      { timeout: 5_000, interval: 50 },
    );
    await found?.settle();
    expect(found?.changes[0]?.row.email).toBe('late');
  });

  it('finds updates by the time of the last change, and not rows that were only inserted', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    const watch: Watch = { ...users, changes: [{ operation: 'update', equals: { plan: "p'ro" } }] };
    await capture.sync([watch]);
    const touch = (plan: string, email: string) =>
      capture.app.query('UPDATE users SET plan = $1, updated_at = clock_timestamp() WHERE email = $2', [
        plan,
        email,
      ]);
    await capture.app.query(
      `INSERT INTO users (email, plan) VALUES ('a', 'free'), ('b', 'free'), ('c', 'free'), ('d', 'p''ro')`,
    );
    await touch("p'ro", 'a');
    const captured = (await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 })).map(
      ({ change }) => change,
    );
    await capture.owner.query('ALTER TABLE users DISABLE TRIGGER ALL');
    await touch("p'ro", 'b');
    await touch('team', 'c');
    const found = await heal(capture.database, watch);
    expect(found.map(({ row }) => row.email)).toEqual(['a', 'b']);
    expect(idsOf(found)).toContain(idsOf(captured)[0]);
  });

  it('goes by numbers where rows have no time', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), restless);
    const watch = watching('actions');
    await capture.owner.query('CREATE TABLE actions (id bigserial PRIMARY KEY, name text)');
    await capture.owner.query(`INSERT INTO actions (name) SELECT 'old' FROM generate_series(1, 3000)`);
    await capture.sync([watch]);
    expect(await heal(capture.database, watch)).toEqual([]);
    await capture.owner.query('ALTER TABLE actions DISABLE TRIGGER ALL');
    await capture.owner.query(`INSERT INTO actions (name) VALUES ('missed')`);
    const found = await heal(capture.database, watch, 500);
    // A thousand numbers behind the last one seen, for transactions that committed late.
    expect(found[0]).toMatchObject({ row: { id: '2000' } });
    expect(found).toHaveLength(1_002);
    expect(found.at(-1)).toMatchObject({ row: { id: '3001', name: 'missed' }, identity: ['3001'] });
  });
});
