import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { startPlanetscaleServer } from '../../servers/planetscale.ts';
import { describeReading, type ReadingDialect } from './reading-suite.ts';

const dialect: ReadingDialect = {
  userColumns: 'id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(100), plan varchar(20)',
  values: [
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint unsigned', '18446744073709551615', '18446744073709551615'],
    ['decimal(10,2)', '0.10', '0.10'],
    ['int', '-5', -5],
    ['smallint unsigned', '65535', 65535],
    ['double', '0.1', 0.1],
    ['float', '0.1', 0.1],
    ['tinyint', '1', 1],
    ['tinyint(1)', '1', true],
    ['tinyint(1)', '2', 2],
    ['boolean', 'false', false],
    ['bit(1)', "b'1'", true],
    ['bit(9)', "b'100000001'", 257],
    ['date', "'2026-02-28'", '2026-02-28'],
    ['time', "'10:00:01'", '10:00:01'],
    ['year', '2026', 2026],
    // The application's session is at +05:30.
    ['timestamp(6)', "'2026-01-31 10:00:00.123456'", '2026-01-31T04:30:00.123456Z'],
    ['timestamp', "'2026-01-31 10:00:00'", '2026-01-31T04:30:00Z'],
    ['datetime(3)', "'2026-01-31 10:00:00.5'", '2026-01-31T10:00:00.500'],
    ['json', `'{"a": [1, null, "é"]}'`, { a: [1, null, 'é'] }],
    ['json', "'[]'", []],
    ['blob', "x'00ff10'", 'AP8Q'],
    ['binary(3)', "x'00ff10'", 'AP8Q'],
    ['text', "'é 😀'", 'é 😀'],
    ['varchar(10)', "''", ''],
    ["enum('a','b')", "'b'", 'b'],
    ['uuid', "'0b6f7f3a-58f1-4d4a-9d3e-0f6b0a1c2d3e'", '0b6f7f3a-58f1-4d4a-9d3e-0f6b0a1c2d3e'],
  ],
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
  disguisedWrites: [
    `INSERT INTO users (email) VALUES ('x')`,
    `WITH a AS (SELECT 1) DELETE FROM users`,
    `SELECT 1 INTO OUTFILE '/tmp/skene'`,
    `SELECT * FROM users FOR UPDATE`,
    'SET SESSION TRANSACTION READ WRITE',
    `SELECT GET_LOCK('a', 1)`,
  ],
  slow: 'SELECT COUNT(*) FROM seq_1_to_100000 AS a JOIN seq_1_to_100000 AS b ON a.seq <> b.seq + 1',
  wrongColumn: /^The query failed: Unknown column 'nmae' in 'SELECT' \(1054, 42S22\)\.$/i,
};

describe.skipIf(!hasMariadb('the database suite over MariaDB'))('MariaDB', () => {
  let server: MariadbServer;
  let app: mysql.Connection;
  let url: string;
  beforeAll(async () => {
    server = await startMariadbServer();
    url = await server.createDatabase();
    app = await mysql.createConnection(url);
  });
  afterAll(async () => {
    await app?.end();
    await server?.stop();
  });

  const ways: ReadonlyArray<[string, () => Promise<{ database: Database; stop: () => Promise<void> }>]> = [
    ['MariaDB over TCP', async () => ({ database: await openDatabase({ url }), stop: async () => {} })],
    [
      "MariaDB behind PlanetScale's HTTP protocol",
      async () => {
        const front = await startPlanetscaleServer(url);
        return {
          database: await openDatabase({ url: front.url, provider: 'planetscale' }),
          stop: front.close,
        };
      },
    ],
  ];

  describe.each(ways)('%s', (_, start) => {
    let database: Database;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      ({ database, stop } = await start());
    });
    afterAll(async () => {
      await database?.close();
      await stop?.();
    });
    describeReading(dialect, {
      database: () => database,
      async run(...statements) {
        for (const statement of statements) await app.query(statement);
      },
    });

    it('takes no text for the number it begins with', async () => {
      await app.query(`INSERT INTO users (id, email) VALUES (7, 'x')`);
      expect(await database.find('users', 'id', '7')).toMatchObject({ id: '7' });
      expect(await database.find('users', 'id', '7abc')).toBeUndefined();
    });

    it('names what PostgreSQL writes otherwise, with the equivalent', async () => {
      const query = `SELECT id FROM users WHERE id > $1 AND NOW() - INTERVAL '7 days' < NOW()`;
      await expect(database.select({ sql: query, params: ['1'], timeoutMs: 1_000 })).rejects.toMatchObject({
        code: 'QUERY_FAILED',
        hint: expect.stringContaining('INTERVAL 7 DAY'),
      });
    });
  });

  describe('a connection string that is wrong', () => {
    it.each([
      ['password', (text: string) => text.replace('p%40ss', 'wrong'), 'ENV_INVALID'],
      ['database', (text: string) => text.replace(/test_\d+$/, 'nothing'), 'ENV_INVALID'],
      ['port', (text: string) => text.replace(/:\d+\//, ':1/'), 'PROVIDER_UNAVAILABLE'],
    ])('is told by its %s', async (_, spoil, code) => {
      const database = await openDatabase({ url: spoil(url) });
      const failure = database.select({ sql: 'SELECT 1', params: [], timeoutMs: 1_000 });
      await expect(failure).rejects.toMatchObject({ code });
      await database.close();
    });

    it('is told by PlanetScale too, and no error repeats the values of a query', async () => {
      const front = await startPlanetscaleServer(url);
      const open = (text: string) => openDatabase({ url: text, provider: 'planetscale' });
      const stranger = await open(front.url.replace('p%40ss', 'wrong'));
      const select = (database: Database, sql: string) =>
        database.select({ sql, params: ['secret'], timeoutMs: 1_000 });
      await expect(select(stranger, 'SELECT $1')).rejects.toMatchObject({ code: 'ENV_INVALID' });
      const database = await open(front.url);
      const failure = select(database, 'SELECT nothing FROM users WHERE email = $1');
      await expect(failure).rejects.toMatchObject({
        code: 'QUERY_FAILED',
        message: expect.not.stringContaining('secret'),
      });
      await front.close();
    });
  });
});
