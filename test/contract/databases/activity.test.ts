import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, dormancyQuery, findLastActions, readAudience } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { hasMariadb, startMariadbServer } from '../../servers/mariadb.ts';
import { hasPostgres, startPostgres } from '../../servers/postgres.ts';
import { type ActivityDialect, mariadb, postgres } from './activity-tables.ts';

const source = { table: 'events', subject: 'user_id', time: 'created_at' };
const users = { table: 'users', id: 'id' };
const week = { drop: 0.8, window: 7 * 86_400, baseline: 28 * 86_400 };

/** Days ago on which somebody did something. */
const people: Record<string, number[]> = {
  steady: [...days(8, 35), ...days(0, 6)],
  gone: days(8, 35),
  'down to a fifth': [...days(8, 35).slice(0, 20), 1],
  'down to two fifths': [...days(8, 35).slice(0, 20), 1, 2],
  'twice a month': [9, 23],
  'weekly, gone': [9, 16, 23, 30],
  never: [],
  new: [0.1, 0.5],
  'gone for long': days(50, 90),
};

function days(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index - 0.5);
}

const servers: Array<{
  name: string;
  dialect: ActivityDialect;
  start: () => Promise<Server>;
  isThere: boolean;
}> = [
  {
    name: 'PostgreSQL',
    dialect: postgres,
    start: async () => {
      const { createDatabase, close } = await startPostgres();
      return { createDatabase, stop: close };
    },
    isThere: hasPostgres('dormancy on a real PostgreSQL'),
  },
  {
    name: 'MariaDB',
    dialect: mariadb,
    start: startMariadbServer,
    isThere: hasMariadb('dormancy on MariaDB'),
  },
];

interface Server {
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

describe.each(servers)('dormancy on $name', ({ dialect, start, isThere }) => {
  const test = it.skipIf(!isThere);
  let server: Server;
  let tables: Awaited<ReturnType<ActivityDialect['connect']>>;
  let database: Database;
  const ids = Object.fromEntries(Object.keys(people).map((name, index) => [name, String(index + 1)]));

  beforeAll(async () => {
    if (!isThere) return;
    server = await start();
    const url = await server.createDatabase();
    tables = await dialect.connect(url);
    database = await openDatabase({ url });
    for (const [name, id] of Object.entries(ids)) {
      await tables.run(`INSERT INTO users (id, email) VALUES (${id}, '${name}@example.com')`);
      for (const ago of people[name] ?? [])
        await tables.run(
          `INSERT INTO events (user_id, name, created_at) VALUES (${id}, 'day ${ago}', ${dialect.ago(Math.round(ago * 86_400))})`,
        );
    }
  });
  afterAll(async () => {
    await database?.close();
    await tables?.close();
    await server?.stop();
  });

  async function dormant(dormancy: typeof week): Promise<unknown[]> {
    const sql = dormancyQuery(database, { ...source, ...dormancy }, users);
    const rows = await readAudience(database, {
      sql,
      id: 'id',
      after: undefined,
      limit: 100,
      timeoutMs: 5_000,
    });
    return rows.map(({ email }) => String(email).replace('@example.com', ''));
  }

  test('is activity that has dropped by its share, of whoever used to be there', async () => {
    expect(await dormant(week)).toEqual(['gone', 'down to a fifth', 'weekly, gone']);
    expect(await dormant({ ...week, drop: 0.6 })).toEqual([
      'gone',
      'down to a fifth',
      'down to two fifths',
      'weekly, gone',
    ]);
    expect(await dormant({ ...week, drop: 1 })).toEqual(['gone', 'weekly, gone']);
  });

  test('is looked for in the time that was said', async () => {
    const long = { drop: 0.8, window: 40 * 86_400, baseline: 60 * 86_400 };
    expect(await dormant(long)).toEqual(['gone for long']);
  });

  test('knows what somebody did last', async () => {
    const subjects = [ids.gone, ids.never, ids.new].map(String);
    const actions = await findLastActions(database, source, { subjects, timeoutMs: 5_000 });
    expect([...actions].map(([subject, { name }]) => [subject, name])).toEqual([
      [ids.gone, 'day 7.5'],
      [ids.new, 'day 0.1'],
    ]);
  });

  test('reads one range of an index for each user', async () => {
    await tables.grow(2_000, 20);
    const sql = dormancyQuery(database, { ...source, ...week }, users);
    const page = `SELECT * FROM (${sql}) AS audience WHERE audience.id > 100 ORDER BY audience.id LIMIT 1000`;
    expect(await tables.plan(page)).toMatch(dialect.indexed);
  });
});
