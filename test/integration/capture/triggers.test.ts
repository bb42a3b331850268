import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scalar } from '../../../src/plan/index.ts';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { openCaptureDatabase, watching } from './capture-database.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const users = watching('users');
const everything = watching('users', 'insert', 'update', 'delete');

describe('what is captured', () => {
  it('is what a role without any right on the outbox writes', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await expect(capture.app.query('SELECT * FROM skene_outbox')).rejects.toMatchObject({ code: '42501' });
    await capture.app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect(await capture.drain()).toEqual(['a']);
  });

  it('is set up once, by however many deployments at the same time', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await Promise.all(Array.from({ length: 8 }, async () => capture.sync([everything])));
    await capture.app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect(await capture.drain()).toEqual(['a']);
  });

  it('is hidden from roles that a host grants every new table', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.owner.query('ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app');
    await capture.sync([users]);
    await capture.app.query(`INSERT INTO users (email) VALUES ('a')`);
    expect((await capture.app.query('SELECT * FROM skene_outbox')).rows).toEqual([]);
  });

  it('is only what was committed', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(`BEGIN; INSERT INTO users (email) VALUES ('gone'); ROLLBACK`);
    await capture.app.query(
      `BEGIN; INSERT INTO users (email) VALUES ('kept'); SAVEPOINT s; INSERT INTO users (email) VALUES ('gone');
       ROLLBACK TO s; COMMIT`,
    );
    expect(await capture.drain()).toEqual(['kept']);
  });

  it('is found when its transaction commits after a later one', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(`BEGIN; INSERT INTO users (email) VALUES ('early, commits late')`);
    await capture.owner.query(`INSERT INTO users (email) VALUES ('late')`);
    expect(await capture.drain()).toEqual(['late']);
    await capture.app.query('COMMIT');
    expect(await capture.drain()).toEqual(['early, commits late']);
  });

  it('has the rows of COPY, of ON CONFLICT and of a data-modifying CTE', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([everything]);
    await capture.owner.query(`COPY users (id, email) FROM PROGRAM 'printf "1\\tcopied\\n"'`);
    await capture.app.query(
      `INSERT INTO users (id, email) VALUES (1, 'conflict'), (2, 'new') ON CONFLICT (id) DO UPDATE SET email = excluded.email`,
    );
    await capture.app.query(`INSERT INTO users (id, email) VALUES (1, 'ignored') ON CONFLICT DO NOTHING`);
    await capture.app.query(
      `WITH gone AS (DELETE FROM users WHERE id = 2 RETURNING email) SELECT * FROM gone`,
    );
    expect(await capture.drain()).toEqual(['copied', 'conflict', 'new', 'new']);
  });

  it('has no rows of a session that replicates', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.owner.query(
      `SET session_replication_role = replica; INSERT INTO users (email) VALUES ('restored'); RESET session_replication_role`,
    );
    expect(await capture.drain()).toEqual([]);
  });

  it('has the rows of every partition, under the name of the whole', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.owner.query(
      `CREATE SCHEMA app; CREATE TABLE app."Events" (id int, "createdAt" date NOT NULL) PARTITION BY RANGE ("createdAt");
       CREATE TABLE app.first PARTITION OF app."Events" FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')`,
    );
    await capture.sync([watching('app.Events')]);
    await capture.sync([watching('app.Events')]);
    await capture.owner.query(
      `CREATE TABLE app.second PARTITION OF app."Events" FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
       INSERT INTO app."Events" VALUES (1, '2026-01-05'), (2, '2026-02-05'); INSERT INTO app.second VALUES (3, '2026-02-06')`,
    );
    const captured = await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 1_000 });
    expect(captured.map(({ change }) => [change.table, change.identity])).toEqual([
      ['app.Events', ['1', '2026-01-05']],
      ['app.Events', ['2', '2026-02-05']],
      ['app.Events', ['3', '2026-02-06']],
    ]);
  });

  it('goes through two-phase commit', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(`BEGIN; INSERT INTO users (email) VALUES ('prepared')`);
    await capture.app.query(`PREPARE TRANSACTION 'one'`);
    expect(await capture.drain()).toEqual([]);
    await capture.app.query(`COMMIT PREPARED 'one'`);
    expect(await capture.drain()).toEqual(['prepared']);
  });

  it.each<[string, Record<string, Scalar>[], string[]]>([
    ['one value', [{ plan: 'pro' }], ['pro']],
    ['nothing', [{ plan: null }], ['none']],
    ['one of several', [{ plan: 'pro' }, { plan: null }], ['none', 'pro']],
    ['several at once', [{ plan: 'pro', email: 'other' }], []],
    ['a value with quotes and backslashes', [{ plan: `it's \\ "x"; --` }], [`it's \\ "x"; --`]],
    ['a number, as the column compares', [{ id: 3.0 }], ['pro']],
    ['anything, beside one value', [{ plan: 'pro' }, {}], ['none', 'free', 'pro', `it's \\ "x"; --`]],
  ])('is what fits %s', async (_, alternatives, expected) => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    const changes = alternatives.map((equals) => ({ operation: 'insert' as const, equals }));
    for (const setting of ['on', 'off']) {
      await capture.owner.query(`ALTER ROLE postgres SET standard_conforming_strings = ${setting}`);
      await capture.sync([{ ...users, changes }]);
    }
    await capture.owner.query('ALTER ROLE postgres RESET standard_conforming_strings');
    await capture.app.query('INSERT INTO users (email, plan) VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8)', [
      'none',
      null,
      'free',
      'free',
      'pro',
      'pro',
      `it's \\ "x"; --`,
      `it's \\ "x"; --`,
    ]);
    expect(await capture.drain()).toEqual(expected);
  });
});

describe('the identity of a change', () => {
  it('is the same for a change that is claimed twice', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([everything]);
    await capture.app.query(
      `INSERT INTO users (email) VALUES ('a'); UPDATE users SET plan = 'pro'; DELETE FROM users`,
    );
    const claim = async () => {
      const claimed = await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 });
      await capture.database.capture.outbox.released(claimed.map(({ id }) => id));
      return claimed.map(({ change }) => change.identity);
    };
    const first = await claim();
    expect(first).toHaveLength(3);
    expect(await claim()).toEqual(first);
  });

  it('tells updates apart that leave the time of the last change as it was', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([watching('users', 'update')]);
    await capture.app.query(`INSERT INTO users (email) VALUES ('a')`);
    await capture.app.query(`UPDATE users SET plan = 'pro', updated_at = '2026-05-01T00:00:00Z'`);
    await capture.app.query(`UPDATE users SET plan = 'free'`);
    await capture.app.query(`UPDATE users SET plan = 'pro'`);
    const captured = await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 });
    const [versioned, ...others] = captured.map(({ change }) => change.identity);
    expect(versioned).toEqual(['1', '2026-05-01T00:00:00Z']);
    expect(new Set(others.map((identity) => JSON.stringify(identity))).size).toBe(2);
  });

  it('is another for a row of a table that was emptied and filled again', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.owner.query(`INSERT INTO users (email) VALUES ('a')`);
    await capture.owner.query('TRUNCATE users RESTART IDENTITY');
    await capture.owner.query(`INSERT INTO users (email) VALUES ('a')`);
    const captured = await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 });
    const [first, second] = captured.map(({ change }) => change.identity);
    expect(first?.[0]).toBe(second?.[0]);
    expect(first).not.toEqual(second);
  });
});
