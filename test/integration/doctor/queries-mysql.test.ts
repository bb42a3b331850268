import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import type { LoopInput } from '../../../src/index.ts';
import { lookAtQueries } from '../../../src/sync/look-at-queries.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { activation, step } from '../loops/activation.ts';
import { runCommand } from '../operations/command-line.ts';

const TABLES = [
  `CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(320) NOT NULL, name varchar(100),
     last_activity_at datetime(6), re_engagement_sent tinyint(1) NOT NULL DEFAULT 0)`,
  'CREATE TABLE user_actions (id bigint AUTO_INCREMENT PRIMARY KEY, user_id bigint NOT NULL, action_type varchar(50) NOT NULL)',
];

const away: LoopInput = {
  id: 'away',
  type: 'retention',
  opinion: 'Whoever is away for a week wants to hear of it',
  steps: [
    {
      trigger: { type: 'schedule', cron: '0 9 * * *' },
      condition: {
        type: 'query',
        query:
          'SELECT * FROM users WHERE last_activity_at < NOW() - INTERVAL 7 DAY AND re_engagement_sent = 0',
      },
      action: {
        type: 'email',
        template: 're_engagement',
        personalization: { name: '{{user.name}}', lastActivity: '{{user.last_activity_at}}' },
      },
    },
  ],
};

/** Two columns of it are called id. */
const ALIKE = 'SELECT * FROM users JOIN user_actions ON user_actions.user_id = users.id';

const saying = (
  personalization: Record<string, string>,
  query: string = step.condition.query,
): LoopInput => ({
  ...activation,
  steps: [
    {
      ...step,
      condition: { ...step.condition, query },
      action: { ...step.action, personalization },
    },
  ],
});
const asking = (query: string): LoopInput => saying({ name: 'x', activationLink: 'y' }, query);

describe.runIf(hasMariadb('the look at queries on MariaDB'))('on MariaDB', () => {
  let server: MariadbServer;
  let url: string;
  let connection: Connection;
  beforeAll(async () => {
    server = await startMariadbServer();
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
    connection = await mysql.createConnection(url);
    for (const table of TABLES) await connection.query(table);
    return () => connection.end();
  });

  async function findings(loops: LoopInput[]) {
    const config = resolveConfig({ loops, database: { provider: 'mysql' } });
    const database = await openDatabase({ url });
    try {
      return await lookAtQueries(database, compileConfig(config));
    } finally {
      await database.close();
    }
  }
  const addUser = () => connection.query("INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada')");

  it('every query is asked: columns and tables that are not there are named', async () => {
    for (const populate of [async () => {}, addUser]) {
      await populate();
      expect(
        await findings([saying({ name: '{{user.name}}', activationLink: '{{row.action_type}}' }), away]),
      ).toEqual([
        { name: 'query of welcome step-1', state: 'ok', detail: 'the database takes it' },
        { name: 'query of away step-1', state: 'ok', detail: 'the database takes it' },
      ]);
      expect(await findings([asking('SELECT * FROM user_actions WHERE user_identity = $1')])).toMatchObject([
        { state: 'problem', detail: expect.stringContaining("Unknown column 'user_identity'") },
      ]);
      expect(await findings([asking('SELECT * FROM actions WHERE user_id = $1')])).toMatchObject([
        { state: 'problem', detail: expect.stringMatching(/actions' doesn't exist/) },
      ]);
    }
  });

  it('emails speak of what the database answers with, whether it has rows or not', async () => {
    for (const populate of [async () => {}, addUser]) {
      await populate();
      const [query, ...emails] = await findings([
        saying({
          name: '{{user.nick}}',
          activationLink: '{{event.mail}} {{row.kind}} {{row.x | default: "none"}}',
        }),
      ]);
      expect(query).toMatchObject({ state: 'ok' });
      expect(emails.map(({ state, detail }) => [state, detail])).toEqual([
        ['problem', 'speaks of user.nick, and users has no nick'],
        ['problem', 'speaks of event.mail, and users has no mail'],
        ['problem', 'speaks of row.kind, and its query has no kind'],
      ]);
    }
  });

  it('a query that names two columns alike is taken by its answer, where it has one', async () => {
    const query = 'SELECT * FROM users u JOIN user_actions a ON a.user_id = u.id WHERE u.id = $1';
    const loop = saying({ name: '{{row.nick}}', activationLink: '{{row.email}} {{row.action_type}}' }, query);
    expect(await findings([loop])).toMatchObject([{ state: 'ok' }]);
    await addUser();
    await connection.query("INSERT INTO user_actions (user_id, action_type) VALUES (1, 'invited')");
    expect(await findings([loop])).toMatchObject([
      { state: 'ok' },
      { state: 'problem', detail: 'speaks of row.nick, and its query has no nick' },
    ]);
    // The pages of an audience take the query into another.
    const audience = { ...away, steps: [{ ...away.steps[0], condition: { type: 'query', query: ALIKE } }] };
    expect(await findings([audience as LoopInput])).toMatchObject([
      { state: 'problem', detail: expect.stringContaining("Duplicate column name 'id'") },
    ]);
  });

  it.each([
    ['names that the query gives', 'SELECT COUNT(*) AS n FROM user_actions WHERE user_id = $1'],
    [
      'a common table expression',
      'WITH own AS (SELECT user_id AS n FROM user_actions) SELECT * FROM own WHERE n = $1 -- theirs',
    ],
    [
      'a union that asks twice who it is',
      'SELECT user_id AS n FROM user_actions WHERE user_id = $1 UNION ALL SELECT id FROM users WHERE id = $1',
    ],
  ])('knows the columns of %s', async (_, query) => {
    expect(await findings([saying({ name: '{{row.n}}', activationLink: '{{row.m}}' }, query)])).toMatchObject(
      [{ state: 'ok' }, { state: 'problem', detail: 'speaks of row.m, and its query has no m' }],
    );
  });

  it('skene check --database fails where an email speaks of a column that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skene-check-mysql-'));
    const check = async (loop: LoopInput) => {
      const config = { loops: [loop], email: { from: 'a@example.com' }, database: { provider: 'mysql' } };
      writeFileSync(join(folder, 'skene.config.ts'), `export default ${JSON.stringify(config)};`);
      return runCommand({}, 'check', folder, '--database', '--database-url', url);
    };
    const right = { name: '{{user.name}}', activationLink: '{{event.email}}' };
    expect(await check(saying(right))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ok +query of welcome step-1 +the database takes it$/m),
    });
    expect(await check(saying({ ...right, name: '{{user.nick}}' }))).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^problem +email of welcome step-1 +speaks of user\.nick/m),
    });
    rmSync(folder, { recursive: true });
  });
});
