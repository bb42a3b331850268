import { connect, DatabaseError } from '@planetscale/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { type PlanetscaleServer, startPlanetscaleServer } from '../../servers/planetscale.ts';

describe.skipIf(!hasMariadb('the local PlanetScale'))(
  "the vendor's client with the local PlanetScale",
  () => {
    let server: MariadbServer;
    let front: PlanetscaleServer;
    const open = () => {
      const { host, username, password } = new URL(front.url);
      return connect({
        host,
        username,
        password: decodeURIComponent(password),
        fetch: (input, init) => fetch(input.replace('https:', 'http:'), init),
      });
    };

    beforeAll(async () => {
      server = await startMariadbServer();
      front = await startPlanetscaleServer(await server.createDatabase());
    });
    afterAll(async () => {
      await front?.close();
      await server?.stop();
    });
    beforeEach(async () => {
      await open().execute('DROP TABLE IF EXISTS users');
      await open().execute(
        'CREATE TABLE users (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, email varchar(100), photo blob, doc json)',
      );
    });

    it('gives rows, fields and counts as PlanetScale does', async () => {
      const inserted = await open().execute('INSERT INTO users (email, photo, doc) VALUES (?, ?, ?)', [
        "o'brien — é",
        new Uint8Array([0, 255]),
        '{"a": [1]}',
      ]);
      expect(inserted).toMatchObject({ insertId: '1', rowsAffected: 1, rows: [] });
      const { rows, fields, size } = await open().execute('SELECT *, NULL AS nothing FROM users');
      expect(size).toBe(1);
      expect(rows).toEqual([
        { id: '1', email: "o'brien — é", photo: new Uint8Array([0, 255]), doc: { a: [1] }, nothing: null },
      ]);
      expect(fields).toMatchObject([
        { name: 'id', type: 'UINT64', table: 'users', orgName: 'id' },
        { name: 'email', type: 'VARCHAR' },
        { name: 'photo', type: 'BLOB', charset: 63 },
        { name: 'doc', type: 'JSON' },
        { name: 'nothing', type: 'NULL' },
      ]);
    });

    it('keeps a transaction with its session, and from others', async () => {
      const connection = open();
      await connection.transaction(async (tx) => {
        await tx.execute(`INSERT INTO users (email) VALUES ('a')`);
        expect((await tx.execute('SELECT * FROM users')).size).toBe(1);
        expect((await connection.execute('SELECT * FROM users')).size).toBe(0);
      });
      expect((await open().execute('SELECT * FROM users')).size).toBe(1);
      const failing = connection.transaction(async (tx) => {
        await tx.execute(`INSERT INTO users (email) VALUES ('b')`);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect((await open().execute('SELECT * FROM users')).size).toBe(1);
    });

    it("gives the server's errors in Vitess' form, and goes on", async () => {
      const connection = open();
      const failure = connection.execute('SELECT nothing FROM users WHERE email = ?', ['secret']);
      await expect(failure).rejects.toThrow(/Unknown column 'nothing'.*\(errno 1054\) \(sqlstate 42S22\)/);
      await expect(failure).rejects.toBeInstanceOf(DatabaseError);
      expect((await connection.execute('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    it('refuses a wrong password, and more rows than PlanetScale gives', async () => {
      const { host, username } = new URL(front.url);
      const stranger = connect({
        host,
        username,
        password: 'wrong',
        fetch: (input, init) => fetch(input.replace('https:', 'http:'), init),
      });
      await expect(stranger.execute('SELECT 1')).rejects.toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      });
      await expect(open().execute('SELECT seq FROM seq_1_to_100001')).rejects.toThrow('Row count exceeded');
    });

    it.each([
      ['no JSON', 'Execute', 'x', 400],
      ['no query', 'Execute', '{}', 400],
      ['another method', 'Explode', '{}', 404],
    ])('refuses %s', async (...[, method, body, status]) => {
      const { origin, username, password } = new URL(front.url);
      const response = await fetch(`${origin}/psdb.v1alpha1.Database/${method}`, {
        method: 'POST',
        body,
        headers: { authorization: `Basic ${btoa(`${username}:${decodeURIComponent(password)}`)}` },
      });
      expect(response.status).toBe(status);
    });
  },
);
