import { beforeEach, describe, expect, it } from 'vitest';
import { type Database, findRows, quoterOf, readAudience } from '../../../src/databases/index.ts';
import { analyseQuery } from '../../../src/sql/index.ts';
import { createKeptTables, keptTablesSql, readRunning, usersWithUsage } from '../../../src/usage/index.ts';

/** How a database says what the suite needs. */
export interface ReadingDialect {
  /** The columns of a table of users with id, email and plan. */
  userColumns: string;
  /** A value of each type: the column's type, the value as SQL, and what is read of it. */
  values: ReadonlyArray<readonly [type: string, sql: string, read: unknown]>;
  quote(name: string): string;
  /** Queries that write in disguise. */
  disguisedWrites: readonly string[];
  /** A query that takes seconds. */
  slow: string;
  /** What is said of a column that is not there, in `SELECT id,\n  nmae FROM users`. */
  wrongColumn: RegExp;
}

/** What every database that loops read from has to do, whichever way it is reached; to be called inside a `describe`. */
export function describeReading(
  dialect: ReadingDialect,
  {
    database,
    run,
  }: {
    database: () => Database;
    /** Runs statements as the application does. */
    run: (...statements: string[]) => Promise<unknown>;
  },
): void {
  const select = (sql: string, ...params: unknown[]) => database().select({ sql, params, timeoutMs: 5_000 });

  beforeEach(async () => {
    await run('DROP TABLE IF EXISTS users', `CREATE TABLE users (${dialect.userColumns})`);
  });

  describe('select', () => {
    it('binds values and gives rows', async () => {
      await run(`INSERT INTO users (id, email) VALUES (7, 'ada@example.com')`);
      expect(await select('SELECT id, email FROM users WHERE id = $1', '7')).toEqual([
        { id: '7', email: 'ada@example.com' },
      ]);
      expect(await select('SELECT email FROM users WHERE id = $1 OR id = $1', '8')).toEqual([]);
    });

    it('takes a value for what it is, whatever is in it', async () => {
      const value = `'; DROP TABLE users; -- \\' " \` ? $1 é 😀 \n`;
      await run(`INSERT INTO users (id, email) VALUES (7, 'x')`);
      expect(await select(`SELECT id FROM users WHERE email = $1`, value)).toEqual([]);
      expect(await select(`SELECT '$1' AS text FROM users -- $1\nWHERE email <> $1`, value)).toEqual([
        { text: '$1' },
      ]);
    });

    it.each(dialect.values)('gives a value of type %s, %s, as plain JSON', async (type, sql, read) => {
      await run('DROP TABLE IF EXISTS samples', `CREATE TABLE samples (value ${type})`);
      await run(`INSERT INTO samples (value) VALUES (${sql})`, 'INSERT INTO samples (value) VALUES (NULL)');
      const rows = await select('SELECT value FROM samples ORDER BY value IS NULL');
      expect(rows).toEqual([{ value: read }, { value: null }]);
    });

    it.each(dialect.disguisedWrites)('refuses to write: %s', async (sql) => {
      await expect(select(sql)).rejects.toMatchObject({ code: 'QUERY_FAILED' });
      expect(await select('SELECT * FROM users')).toEqual([]);
    });

    it('refuses a second statement', async () => {
      await expect(select('SELECT 1; DELETE FROM users')).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    });

    it('says where a query is wrong', async () => {
      await expect(select('SELECT id,\n  nmae FROM users')).rejects.toMatchObject({
        code: 'QUERY_FAILED',
        message: expect.stringMatching(dialect.wrongColumn),
      });
    });

    it('gives up on a query that takes too long, as something to try again', async () => {
      const slow = database().select({ sql: dialect.slow, params: [], timeoutMs: 100 });
      await expect(slow).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
      expect(await select('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('serves many at once', async () => {
      const numbers = Array.from({ length: 40 }, (_, index) => index);
      const answers = await Promise.all(numbers.map((number) => select(`SELECT ${number} AS number`)));
      expect(answers).toEqual(numbers.map((number) => [{ number }]));
    });
  });

  describe('an audience', () => {
    const sql = "SELECT id, email FROM users WHERE email <> 'none' ORDER BY email DESC; -- the newest first";
    const read = (after: string | undefined, upTo?: string) =>
      readAudience(database(), { sql: bare(sql), id: 'id', after, upTo, limit: 2, timeoutMs: 5_000 });

    beforeEach(async () => {
      const ids = ['9', '10', '9007199254740993', '9007199254740992', '11'];
      await run(...ids.map((id) => `INSERT INTO users (id, email) VALUES (${id}, 'mail-${id}')`));
      await run(`INSERT INTO users (id, email) VALUES (12, 'none')`);
    });

    it('is read by pages in the order of its ids, each page once', async () => {
      const ids: string[] = [];
      for (let page = await read(undefined); page.length > 0; page = await read(ids.at(-1)))
        ids.push(...page.map(({ id }) => String(id)));
      expect(ids).toEqual(['9', '10', '11', '9007199254740992', '9007199254740993']);
    });

    it('is read again between two ids', async () => {
      expect(await read('9', '10')).toEqual([{ id: '10', email: 'mail-10' }]);
    });

    it('has its rows of another table by their ids', async () => {
      const source = { table: 'users', column: 'id', values: ['12', '9', '404'] };
      const emails = (await findRows(database(), source, 5_000)).map(({ email }) => email);
      expect(emails.sort()).toEqual(['mail-9', 'none']);
      expect(await findRows(database(), { ...source, values: [] }, 5_000)).toEqual([]);
    });
  });

  describe('update', () => {
    const update = (...statements: Array<{ sql: string; params: unknown[] }>) =>
      database().update?.(statements, { timeoutMs: 5_000 });
    const emails = async () =>
      (await select('SELECT email FROM users ORDER BY id')).map(({ email }) => email);
    const rename = (id: string, email: string) => ({
      sql: `UPDATE users SET email = '${email}' WHERE id = $1`,
      params: [id],
    });

    beforeEach(() => run(`INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'b')`));

    it('changes the rows that its statements name', async () => {
      await update(rename('1', 'c'), rename('2', 'd'));
      expect(await emails()).toEqual(['c', 'd']);
    });

    it('changes nothing where one statement fails', async () => {
      const wrong = { sql: 'UPDATE users SET nothing = 1 WHERE id = $1', params: ['2'] };
      await expect(update(rename('1', 'c'), wrong)).rejects.toMatchObject({ code: 'QUERY_FAILED' });
      expect(await emails()).toEqual(['a', 'b']);
    });

    it.each([
      'DELETE FROM users WHERE id = $1',
      `UPDATE users SET email = 'x'`,
      'UPDATE users SET email = 1 WHERE id = $1; SELECT 1',
    ])('refuses what is not one UPDATE of named rows: %s', async (sql) => {
      await expect(update({ sql, params: ['1'] })).rejects.toMatchObject({ code: 'QUERY_FAILED' });
      expect(await emails()).toEqual(['a', 'b']);
    });
  });

  describe("usage in the team's own table", () => {
    const usage = {
      table: 'Usage_of_Features',
      columns: {
        subject: 'user_id',
        feature: 'feature',
        periodStart: 'from',
        periodEnd: 'to',
        used: 'used',
        version: 'version',
        updatedAt: 'Updated_At',
      },
    };
    const entry = {
      subject: "o'brien \\ 😀",
      feature: 'freemium/step-1',
      periodStart: Date.parse('2026-11-20T10:00:00.123Z'),
      periodEnd: Date.parse('2026-12-20T10:00:00.123Z'),
      used: 3,
      version: 3,
    };
    const problems: string[] = [];
    const writer = () =>
      createKeptTables({
        database: async () => database(),
        tables: { usage },
        now: () => Date.parse('2026-11-20T12:00:00Z'),
        onProblem: (text) => void problems.push(text),
      });
    const read = async () =>
      (await readRunning(database(), usage, [entry.subject, 'b'])).sort(
        (one, other) => one.used - other.used,
      );

    beforeEach(async () => {
      problems.length = 0;
      const dialect = /mysql|planetscale/.test(database().kind) ? 'mysql' : 'postgres';
      const sql = keptTablesSql({ usage }, dialect);
      await run(`DROP TABLE IF EXISTS ${quoterOf(database())(usage.table)}`, ...sql, ...sql);
    });

    it('is what was written last, whatever came twice or late', async () => {
      await writer().usage([entry, { ...entry, subject: 'b', used: 1, version: 1 }]);
      expect(await read()).toEqual([{ ...entry, subject: 'b', used: 1, version: 1 }, entry]);
      await writer().usage([{ ...entry, used: 5, version: 6 }]);
      await writer().usage([{ ...entry, used: 4, version: 5 }, entry]);
      await writer().usage([
        { ...entry, used: 5, version: 6 },
        { ...entry, used: 2, version: 7 },
        { ...entry, used: 6, version: 5 },
      ]);
      expect((await read()).filter(({ subject }) => subject === entry.subject)).toEqual([
        { ...entry, used: 2, version: 7 },
      ]);
      await writer().usage([
        { ...entry, periodStart: entry.periodEnd, periodEnd: entry.periodEnd + 1, version: 8 },
      ]);
      expect(await read()).toHaveLength(3);
    });

    it('takes a thousand counters at once', async () => {
      const many = Array.from({ length: 1_001 }, (_, index) => ({ ...entry, subject: `user ${index}` }));
      await writer().usage(many);
      const pageAfter = (after: string) =>
        usersWithUsage(database(), usage, { now: entry.periodStart, after, limit: 600 });
      const page = await pageAfter('');
      const rest = await pageAfter(page.at(-1) ?? '');
      expect(page).toHaveLength(600);
      expect(new Set([...page, ...rest]).size).toBe(1_001);
      const over = { now: entry.periodEnd, after: '', limit: 600 };
      expect(await usersWithUsage(database(), usage, over)).toEqual([]);
    });

    it('decides by itself where it is asked to, and never lets more through than fit', async () => {
      const call = { subject: 'b', feature: 'f/s', units: 2, limit: 5, periodMs: 60_000 };
      const answers = await Promise.all(Array.from({ length: 8 }, () => writer().charge(call)));
      expect(answers.filter(Boolean)).toHaveLength(2);
      expect(await writer().charge({ ...call, units: 1 })).toBe(true);
      expect(await writer().charge({ ...call, units: 1 })).toBe(false);
      expect(await writer().charge({ ...call, subject: 'c' })).toBe(true);
      expect(await read()).toMatchObject([{ subject: 'b', feature: 'f/s', used: 5, version: 3 }]);
      await writer().usage([{ ...entry, used: 4, version: 4 }]);
      const other = { ...call, subject: entry.subject, feature: entry.feature };
      expect(await writer().charge(other)).toBe(false);
      expect(await writer().charge({ ...other, units: 1 })).toBe(true);
    });

    it("that is not there is said, with what makes it, and stands in nobody's way", async () => {
      await run(`DROP TABLE ${quoterOf(database())(usage.table)}`);
      const kept = writer();
      await kept.usage([entry]);
      await kept.usage([entry]);
      expect(problems).toEqual([expect.stringMatching(/Usage_of_Features.*skene sync --database --print/s)]);
    });
  });

  it('finds a row by one column, with names taken literally', async () => {
    const [table, column] = [dialect.quote('User Table'), dialect.quote('the "`Id`"')];
    await run(
      `DROP TABLE IF EXISTS ${table}`,
      `CREATE TABLE ${table} (${column} varchar(20))`,
      `INSERT INTO ${table} VALUES ('o''brien')`,
    );
    const name = 'the "`Id`"';
    expect(await database().find('User Table', name, "o'brien")).toEqual({ [name]: "o'brien" });
    expect(await database().find('User Table', name, 'nobody')).toBeUndefined();
    expect(await database().find('User Table', name, 'o\0')).toBeUndefined();
  });
}

/** The compiler hands an audience's query on without what follows its last word. */
function bare(sql: string): string {
  const analysis = analyseQuery(sql, { dialect: 'postgres', parameters: 1 });
  return analysis.ok ? analysis.sql : sql;
}
