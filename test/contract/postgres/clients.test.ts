import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { listen } from '../../../src/databases/postgres/listen.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';
import { applyDatabaseSync, planDatabaseSync } from '../../../src/sync/index.ts';

const PATIENCE_MS = 300;

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ port: 0, idleInTransactionMs: PATIENCE_MS });
});
afterAll(() => server?.close());
beforeEach(() => server.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (a int, b text)'));

/** A connection that the test may lose without ending the process. */
async function connect(settings: pg.ClientConfig = {}): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: server.url, ...settings });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => {}) });
}

const count = async (): Promise<number> => Number((await server.query('SELECT count(*) FROM t'))[0]?.count);

describe('many clients', () => {
  it('each get their own answers, transactions and prepared statements of the same name', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect()));
    await Promise.all(
      clients.map(async (client, number) => {
        const sum = { name: 'same', text: `SELECT ${number} + $1::int AS value` };
        for (let round = 0; round < 10; round += 1) {
          expect((await client.query({ ...sum, values: [round] })).rows).toEqual([{ value: number + round }]);
          await client.query('BEGIN');
          await client.query('INSERT INTO t VALUES ($1)', [number]);
          const { rows } = await client.query('SELECT count(*)::int AS mine FROM t WHERE a = $1', [number]);
          expect(rows).toEqual([{ mine: Math.ceil(round / 2) + 1 }]);
          await client.query(round % 2 === 0 ? 'COMMIT' : 'ROLLBACK');
        }
        await client.end();
      }),
    );
    expect(await count()).toBe(100);
  });

  it('keep their settings, roles and SQL PREPAREs to themselves', async () => {
    await using ada = await connect({ application_name: 'ada', options: '-c TimeZone=Asia/Kolkata' });
    await using bob = await connect();
    await ada.query(`SET search_path = pg_catalog; SET app.name = 'ada'`);
    await ada.query(`PREPARE p AS SELECT 'ada' AS name`);
    await ada.query('CREATE ROLE reader; SET ROLE reader');
    await bob.query(`SELECT set_config('search_path', '', false)`);
    await bob.query(`PREPARE p AS SELECT 'bob' AS name`);
    for (let round = 0; round < 2; round += 1) {
      expect((await ada.query('EXECUTE p')).rows).toEqual([{ name: 'ada' }]);
      expect((await bob.query('EXECUTE p')).rows).toEqual([{ name: 'bob' }]);
    }
    const settings = `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone,
      current_setting('app.name', true) AS name, current_setting('application_name') AS application, current_user::text AS role`;
    expect((await ada.query(settings)).rows).toEqual([
      { path: 'pg_catalog', zone: 'Asia/Kolkata', name: 'ada', application: 'ada', role: 'reader' },
    ]);
    expect((await bob.query(settings)).rows[0]).toMatchObject({ path: '', zone: 'UTC', role: 'postgres' });
    expect((await bob.query(settings)).rows[0]?.name || null).toBeNull();
  });

  it('find a failed transaction failed until it is ended, and nobody else is in it', async () => {
    await using ada = await connect();
    await using bob = await connect();
    await ada.query('BEGIN');
    await expect(ada.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    const waiting = bob.query('SELECT 1 AS one');
    await expect(ada.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await ada.query('ROLLBACK');
    expect((await waiting).rows).toEqual([{ one: 1 }]);
  });

  it('leave neither a transaction nor temporary tables when they go', async () => {
    const ada = await connect();
    await ada.query('CREATE TEMP TABLE scratch (a int)');
    await ada.query('BEGIN; INSERT INTO t VALUES (1)');
    await ada.end();
    expect(await count()).toBe(0);
    await expect(server.query('SELECT * FROM scratch')).rejects.toMatchObject({ code: '42P01' });
  });

  it('are ended when they keep others waiting in a transaction', async () => {
    await using ada = await connect();
    await ada.query('BEGIN; INSERT INTO t VALUES (1)');
    expect(await count()).toBe(0);
    await expect(ada.query('COMMIT')).rejects.toThrow(/terminat|not queryable|Connection/i);
    expect(await count()).toBe(0);
  });

  it('may stay in a transaction as long as nobody waits', async () => {
    await using ada = await connect();
    await ada.query('BEGIN; INSERT INTO t VALUES (1)');
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS * 2));
    await ada.query('COMMIT');
    expect(await count()).toBe(1);
  });

  it('are told that there is no other database', async () => {
    await expect(
      connect({
        database: 'shop',
        connectionString: undefined,
        port: server.port,
        host: '127.0.0.1',
        user: 'x',
      }),
    ).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('notifications', () => {
  it('reach every client that listens, at once, when the transaction commits', async () => {
    await using ada = await connect();
    await using bob = await connect();
    await using cyd = await connect();
    const heard: string[] = [];
    for (const [name, client] of Object.entries({ ada, bob, cyd })) {
      client.on('notification', ({ channel, payload }) => heard.push(`${name} ${channel} ${payload}`));
    }
    await ada.query('LISTEN "My Channel"; LISTEN other');
    await bob.query('LISTEN other');
    await ada.query('UNLISTEN other');
    await cyd.query('BEGIN');
    await cyd.query(`NOTIFY "My Channel", 'one'; NOTIFY other, 'two'`);
    expect(heard).toEqual([]);
    const before = performance.now();
    await cyd.query('COMMIT');
    await vi.waitFor(() => expect(heard).toHaveLength(2), { interval: 1 });
    expect(performance.now() - before).toBeLessThan(250);
    expect(heard.sort()).toEqual(['ada My Channel one', 'bob other two']);
  });

  it('of a LISTEN that was rolled back are not heard', async () => {
    await using ada = await connect();
    await using bob = await connect();
    const heard: (string | undefined)[] = [];
    ada.on('notification', ({ payload }) => heard.push(payload));
    await bob.query('LISTEN quiet');
    await ada.query('BEGIN; LISTEN quiet; ROLLBACK');
    await ada.query('LISTEN loud');
    await bob.query(`NOTIFY quiet, 'no'; NOTIFY loud, 'yes'`);
    await vi.waitFor(() => expect(heard).toContain('yes'));
    expect(heard).toEqual(['yes']);
  });

  it("tell Skene's own listener of captured rows within milliseconds", async () => {
    const database = await openDatabase({ url: server.url });
    const watch = {
      table: 'users',
      id: 'id',
      subjects: ['id'],
      changes: [{ operation: 'insert' as const, equals: {} }],
    };
    await applyDatabaseSync(database, await planDatabaseSync(database, [watch]));
    const heard = vi.fn();
    const listener = listen(server.url, heard);
    // Once for the connection itself.
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
    await server.query(`INSERT INTO users (email) VALUES ('ada@example.com')`);
    const before = performance.now();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2), { interval: 1 });
    expect(performance.now() - before).toBeLessThan(250);
    await listener.close();
    await database.close();
  });
});

describe('a statement', () => {
  it('that takes too long is ended, and its transaction fails', async () => {
    await using ada = await connect({ statement_timeout: 200 });
    await ada.query('BEGIN; INSERT INTO t VALUES (1)');
    await expect(ada.query('SELECT count(*) FROM generate_series(1, 1000000000)')).rejects.toMatchObject({
      code: '57014',
    });
    await expect(ada.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await ada.query('ROLLBACK');
    expect(await count()).toBe(0);
    expect((await ada.query(`SHOW statement_timeout`)).rows).toEqual([{ statement_timeout: '200ms' }]);
  });

  it('that is ended costs other clients nothing but time', async () => {
    await using ada = await connect({ statement_timeout: 200 });
    await using bob = await connect();
    const heard = vi.fn();
    bob.on('notification', heard);
    await bob.query(`LISTEN x; SET app.name = 'bob'`);
    const prepared = { name: 'mine', text: 'SELECT $1::int AS value' };
    await bob.query({ ...prepared, values: [1] });
    await ada.query('SELECT count(*) FROM generate_series(1, 1000000000)').catch(() => {});
    expect((await bob.query({ ...prepared, values: [2] })).rows).toEqual([{ value: 2 }]);
    expect((await bob.query('SHOW app.name')).rows).toEqual([{ 'app.name': 'bob' }]);
    await server.exec('NOTIFY x');
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
  });

  it('of a client that went away does not hold up the others', async () => {
    const ada = await connect();
    ada.query('SELECT count(*) FROM generate_series(1, 1000000000)').catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    await ada.end().catch(() => {});
    expect(await count()).toBe(0);
  });

  it('may have a large answer and a large parameter', async () => {
    await using ada = await connect();
    const { rows } = await ada.query(`SELECT repeat('é', 1000) AS text FROM generate_series(1, 20000)`);
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)?.text).toBe('é'.repeat(1_000));
    const large = 'x'.repeat(20 * 2 ** 20);
    expect((await ada.query('SELECT length($1::text) AS length', [large])).rows).toEqual([
      { length: large.length },
    ]);
  });

  it('that kills the backend ends its connection only', async () => {
    await using ada = await connect();
    await using bob = await connect();
    await bob.query('INSERT INTO t VALUES (1)');
    // A COPY in the extended protocol, where its rows do not come with it.
    const copy = { text: 'COPY t FROM STDIN', queryMode: 'extended' };
    await expect(ada.query(copy)).rejects.toThrow();
    expect((await bob.query('SELECT a FROM t')).rows).toEqual([{ a: 1 }]);
  });
});
