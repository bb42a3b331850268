import mysql from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Polling } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { type RowChange, type RowOperation, rowEvent } from '../../../src/events/index.ts';
import type { Watch } from '../../../src/plan/index.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { startPlanetscaleServer } from '../../servers/planetscale.ts';

function watching(operations: RowOperation[], settings: Partial<Watch> = {}): Watch {
  const changes = operations.map((operation) => ({ operation, equals: {} }));
  return { table: 'users', id: 'id', subjects: ['id'], changes, ...settings };
}

const OVERLAP_MS = 30_000;
const TIMES = `created_at timestamp NOT NULL DEFAULT now(),
  updated_at timestamp NOT NULL DEFAULT now() ON UPDATE now(), KEY (created_at), KEY (updated_at)`;

describe.skipIf(!hasMariadb('polling'))('MariaDB', () => {
  let server: MariadbServer;
  let app: mysql.Connection;
  let url: string;
  let time = 0;
  beforeAll(async () => {
    server = await startMariadbServer();
    url = await server.createDatabase();
    app = await mysql.createConnection(url);
  });
  afterAll(async () => {
    await app?.end();
    await server?.stop();
  });
  beforeEach(async () => {
    await app.query('DROP TABLE IF EXISTS users');
  });

  const ways: ReadonlyArray<[string, () => Promise<{ database: Database; stop: () => Promise<void> }>]> = [
    [
      'MariaDB over TCP',
      async () => ({
        database: await openDatabase({ url, polling: { overlapMs: OVERLAP_MS, now: () => time } }),
        stop: async () => {},
      }),
    ],
    [
      "MariaDB behind PlanetScale's HTTP protocol",
      async () => {
        const front = await startPlanetscaleServer(url);
        const database = await openDatabase({
          url: front.url,
          provider: 'planetscale',
          polling: { overlapMs: OVERLAP_MS, now: () => time },
        });
        return { database, stop: front.close };
      },
    ],
  ];

  describe.each(ways)('polling %s', (_, start) => {
    let polling: Polling;
    let close: () => Promise<void>;
    beforeEach(async () => {
      const { database, stop } = await start();
      if (database.polling === undefined) throw new Error('It is not polled.');
      polling = database.polling;
      close = async () => {
        await database.close();
        await stop();
      };
      return () => close();
    });

    /** Polls once, to the end. */
    async function poll(watch: Watch, cursor?: string, limit = 3) {
      const changes: RowChange[] = [];
      for (;;) {
        const page = await polling.next(watch, { cursor, limit });
        changes.push(...page.changes);
        cursor = page.cursor;
        time += 10;
        if (page.isLast) return { changes, cursor, emails: changes.map(({ row }) => row.email) };
      }
    }

    const KEYS = [
      ['an id that is counted up', 'bigint unsigned AUTO_INCREMENT PRIMARY KEY'],
      ['random text for an id', 'char(36) DEFAULT uuid() PRIMARY KEY'],
      ['a uuid', 'uuid DEFAULT uuid() PRIMARY KEY'],
      ['random bytes for an id', 'binary(16) DEFAULT (unhex(md5(rand()))) PRIMARY KEY'],
    ];
    it.each(KEYS)('finds new rows of a table with %s, and not those that were there', async (_, key) => {
      await app.query(`CREATE TABLE users (id ${key}, email varchar(100), ${TIMES})`);
      await app.query(`INSERT INTO users (email, created_at) VALUES ('old', now() - INTERVAL 1 MINUTE)`);
      const watch = watching(['insert']);
      const begin = await poll(watch);
      expect(begin.emails).toEqual([]);
      await app.query(`INSERT INTO users (email) VALUES ('a'), ('b'), ('c'), ('d'), ('e'), ('f'), ('g')`);
      const first = await poll(watch, begin.cursor);
      expect(first.emails.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
      await app.query(`INSERT INTO users (email) VALUES ('h')`);
      const second = await poll(watch, first.cursor);
      expect(second.emails).toContain('h');

      // What is met again is the same event.
      const events = [...first.changes, ...second.changes].map((change) => rowEvent(change).id);
      expect(new Set(events).size).toBe(8);
      expect(await polling.backlog(watch, second.cursor)).toMatchObject({ rows: 0 });
    });

    it('finds a row that is committed late, behind others', async () => {
      await app.query(
        `CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(100), ${TIMES})`,
      );
      const watch = watching(['insert']);
      let { cursor } = await poll(watch);
      await using late = await mysql.createConnection(url);
      await late.beginTransaction();
      await late.query(`INSERT INTO users (email) VALUES ('late')`);
      await app.query(`INSERT INTO users (email) VALUES ('early')`);
      for (let polls = 0; polls < 4; polls += 1) ({ cursor } = await poll(watch, cursor));
      await late.commit();
      expect((await poll(watch, cursor)).emails).not.toContain('late');
      time += OVERLAP_MS;
      expect((await poll(watch, cursor)).emails).toContain('late');
    });

    it('finds updates, two within one second too, and takes no insert for one', async () => {
      await app.query(`CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100), ${TIMES})`);
      await app.query(`INSERT INTO users (email, created_at, updated_at)
      VALUES ('a', '2026-01-01 00:00:00', '2026-01-01 00:00:00'), ('b', '2026-01-01 00:00:00', '2026-01-01 00:00:00')`);
      const watch = watching(['update']);
      const begin = await poll(watch);
      await app.query(`INSERT INTO users (email) VALUES ('c')`);
      await app.query(`UPDATE users SET email = 'a1' WHERE id = 1`);
      const first = await poll(watch, begin.cursor);
      expect(first.emails).toEqual(['a1']);
      await app.query(`UPDATE users SET email = 'a2', updated_at = updated_at WHERE id = 1`);
      const second = await poll(watch, first.cursor);
      expect(second.emails).toEqual(['a2']);
      const [one, two] = [first, second].map(({ changes: [change] }) => change && rowEvent(change).id);
      expect(one).not.toBe(two);
    });

    it('reads inserts and updates of one table, each with the values that are asked for', async () => {
      await app.query(
        `CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100), paid boolean DEFAULT false, ${TIMES})`,
      );
      const watch = watching([], {
        changes: [
          { operation: 'insert', equals: { paid: true } },
          { operation: 'update', equals: { email: 'b' } },
        ],
      });
      const { cursor } = await poll(watch);
      await app.query(
        `INSERT INTO users (email, paid, created_at) VALUES ('a', false, '2026-01-01 00:00:00'), ('b', true, '2026-01-01 00:00:00')`,
      );
      const { changes } = await poll(watch, cursor, 1);
      expect(changes.map(({ operation, row }) => [operation, row.email, row.paid])).toEqual([
        ['insert', 'b', true],
        ['update', 'b', true],
      ]);
    });

    it('counts what it has not come to yet', async () => {
      await app.query(`CREATE TABLE users (id char(36) DEFAULT uuid() PRIMARY KEY, ${TIMES})`);
      const watch = watching(['insert']);
      const { cursor } = await poll(watch);
      await app.query(
        `INSERT INTO users (created_at) VALUES ('2026-01-31 10:00:00'), ('2026-01-31 10:00:01')`,
      );
      expect(await polling.backlog(watch, cursor)).toEqual({
        rows: 2,
        oldestAt: Date.parse('2026-01-31T10:00:00+05:30'),
      });
    });

    it('leaves out values too wide for a queue, and keeps the row', async () => {
      await app.query(
        `CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100), photo mediumblob)`,
      );
      const { cursor } = await poll(watching(['insert']));
      await app.query(`INSERT INTO users (email, photo) VALUES ('a', repeat('x', 1048576))`);
      const { changes } = await poll(watching(['insert']), cursor);
      expect(changes.map(({ row }) => row)).toEqual([{ id: 1, email: 'a' }]);
    });

    it('reads a table of another database, and names that need quotes', async () => {
      const other = new URL(await server.createDatabase()).pathname.slice(1);
      await app.query(
        `CREATE TABLE ${other}.\`User's table\` (\`the \`\`id\` int AUTO_INCREMENT PRIMARY KEY)`,
      );
      const watch = watching(['insert'], { table: `${other}.User's table`, id: 'the `id' });
      const { cursor } = await poll(watch);
      await app.query(`INSERT INTO ${other}.\`User's table\` VALUES (1)`);
      expect((await poll(watch, cursor)).changes).toMatchObject([{ row: { 'the `id': 1 } }]);
    });

    it.each([
      ['no table', watching(['insert']), undefined, /has no table users/],
      ['no key', watching(['insert'], { id: 'key' }), 'id int AUTO_INCREMENT PRIMARY KEY', /no column key/],
      ['nothing that grows', watching(['insert']), 'id char(36) PRIMARY KEY', /no column such as created_at/],
      [
        'a time of creation that each update sets anew',
        watching(['insert']),
        'id char(36) PRIMARY KEY, created_at timestamp NOT NULL DEFAULT now() ON UPDATE now()',
        /created_at changes with each update/,
      ],
      [
        'no time of the last change',
        watching(['update']),
        'id int AUTO_INCREMENT PRIMARY KEY',
        /Updates of users cannot be found/,
      ],
      ['deletes', watching(['delete']), 'id int AUTO_INCREMENT PRIMARY KEY', /a row that is gone/],
      [
        'a cursor that is not there',
        watching(['insert'], { cursor: 'seq' }),
        'id int AUTO_INCREMENT PRIMARY KEY',
        /users\.seq.*is not there/,
      ],
      [
        'a cursor without an order',
        watching(['insert'], { cursor: 'doc' }),
        'id int AUTO_INCREMENT PRIMARY KEY, doc text',
        /users\.doc.*cannot be ordered/,
      ],
    ])('refuses, with the reason: %s', async (...[, watch, columns, reason]) => {
      if (columns !== undefined) await app.query(`CREATE TABLE users (${columns})`);
      const refusal = {
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(reason),
        hint: expect.anything(),
      };
      await expect(polling.next(watch, { cursor: undefined, limit: 1 })).rejects.toMatchObject(refusal);
      await expect(polling.check(watch)).rejects.toMatchObject(refusal);
    });

    it('polls what it can of a watch, says what it cannot, and what an index is missing for', async () => {
      await app.query(`CREATE TABLE users (id char(36) DEFAULT uuid() PRIMARY KEY, email varchar(100),
      created_at datetime(6) NOT NULL DEFAULT now(6))`);
      const watch = watching(['insert', 'update', 'delete']);
      expect(await polling.check(watch)).toMatchObject({
        found: 'inserts by created_at',
        refused: [{ operation: 'update' }, { operation: 'delete' }],
        advice: [expect.stringContaining('CREATE INDEX')],
      });
      const { cursor } = await poll(watch);
      await app.query(`INSERT INTO users (email) VALUES ('a')`);
      expect((await poll(watch, cursor)).emails).toEqual(['a']);
    });

    it('goes by a text column that only grows, where the config names it', async () => {
      await app.query(`CREATE TABLE users (id char(3) PRIMARY KEY)`);
      await app.query(`INSERT INTO users VALUES ('01A')`);
      const watch = watching(['insert'], { cursor: 'id' });
      const { cursor } = await poll(watch);
      await app.query(`INSERT INTO users VALUES ('01B'), ('01C')`);
      expect((await poll(watch, cursor)).changes.map(({ row }) => row.id)).toEqual(['01B', '01C']);
    });
  });
});
