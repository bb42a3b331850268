import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from '@upstash/redis';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../../servers/mariadb.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';
import { runCommand } from '../operations/command-line.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A loop that waits six hours for a first project; and, where a query is given, one that invites back who has been away. */
const config = (provider: string, queries: { welcome: string; return?: string }) => {
  const email = (template: string, personalization: Record<string, string>) => ({
    type: 'email',
    template,
    personalization: { name: '{{user.name}}', ...personalization },
  });
  const welcome = {
    id: 'welcome',
    type: 'activation',
    opinion: 'Soon.',
    steps: [
      {
        trigger: { type: 'database', table: 'users', event: 'insert' },
        condition: { type: 'query', query: queries.welcome, timeout: '6h' },
        action: email('activation_welcome', { activationLink: 'https://example.com' }),
      },
    ],
  };
  const back = {
    id: 'return',
    type: 'retention',
    opinion: 'Who is away forgets.',
    steps: [
      {
        trigger: { type: 'schedule', cron: '0 9 * * *' },
        condition: { type: 'query', query: queries.return, timeout: '10m' },
        action: email('re_engagement', { lastActivity: '{{user.lastSeen}}' }),
      },
    ],
  };
  const loops = queries.return === undefined ? [welcome] : [welcome, back];
  return `export default ${JSON.stringify({ database: { provider }, loops })};`;
};

/** Somebody joins each day; who has an even number makes a project that many hours later. The first two were seen long ago. */
const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const people = Array.from({ length: 8 }, (_, index) => {
  const number = index + 1;
  const joined = midnight - number * DAY_MS;
  return {
    number,
    joined: new Date(joined).toISOString(),
    seen: new Date(midnight - (number < 3 ? 40 : 1) * DAY_MS).toISOString(),
    project: number % 2 === 0 ? new Date(joined + number * HOUR_MS - 60_000).toISOString() : undefined,
  };
});

const folders: string[] = [];
function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'skene-backtest-'));
  folders.push(folder);
  writeFileSync(join(folder, 'skene.config.ts'), text);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

interface Replay {
  loop: string;
  folder: string;
  variables: Record<string, string>;
}

async function backtest({ loop, folder, variables }: Replay) {
  const answer = await runCommand(variables, 'backtest', loop, '--days', '10', '--config', folder, '--json');
  expect(answer, answer.note).toMatchObject({ code: 0 });
  return JSON.parse(answer.out);
}

const addresses = ({ mails }: { mails: Array<{ to: string }> }): string[] => mails.map(({ to }) => to).sort();
const WELCOMED = ['p2@example.com', 'p4@example.com', 'p6@example.com'];
const INVITED = ['p1@example.com', 'p2@example.com'];

describe.skipIf(!hasMariadb('a backtest of rows in MariaDB'))('skene backtest on MariaDB', () => {
  let server: MariadbServer;
  let variables: Record<string, string>;
  const queries = {
    welcome: 'SELECT * FROM `projects` WHERE USER_ID = $1 AND real_one = 1 # soon',
    return:
      'SELECT * FROM users WHERE lastseen < NOW() - INTERVAL 7 DAY AND lastSeen < DATE_SUB(CURDATE(), INTERVAL 1 WEEK) AND NOT isBot',
  };
  beforeAll(async () => {
    server = await startMariadbServer();
    const url = await server.createDatabase();
    variables = { DATABASE_URL: url };
    const client = await mysql.createConnection({ uri: url, timezone: 'Z' });
    await client.query("SET time_zone = '+00:00'");
    await client.query(`CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(200) NOT NULL UNIQUE, name varchar(99),
      lastSeen DATETIME NOT NULL, isBot tinyint(1) NOT NULL DEFAULT 0, plan ENUM('free', 'paid') DEFAULT 'free', created_at timestamp(3) NOT NULL)`);
    await client.query(`CREATE TABLE projects (id char(36) DEFAULT UUID() PRIMARY KEY, user_id bigint NOT NULL, real_one boolean DEFAULT TRUE,
      settings JSON, created_at DATETIME(3) NOT NULL)`);
    for (const { number, joined, seen, project } of people) {
      await client.query('INSERT INTO users (id, email, name, lastSeen, created_at) VALUES (?, ?, ?, ?, ?)', [
        number,
        `p${number}@example.com`,
        `P${number}`,
        new Date(seen),
        new Date(joined),
      ]);
      if (project !== undefined)
        await client.query('INSERT INTO projects (user_id, created_at) VALUES (?, ?)', [
          number,
          new Date(project),
        ]);
    }
    await client.end();
  });
  afterAll(() => server?.stop());

  it('says who would have been mailed, by queries in its own words', async () => {
    const folder = folderWith(config('mysql', queries));
    const found = await backtest({ loop: 'welcome', folder, variables });
    expect(addresses(found)).toEqual(WELCOMED);
    expect(found).toMatchObject({ users: 8, entered: 8 });
    expect(found.notes).toContainEqual(expect.stringContaining('compares text with regard to case'));
  });

  it('says who would have been invited back', async () => {
    const folder = folderWith(config('mysql', queries));
    expect(addresses(await backtest({ loop: 'return', folder, variables }))).toEqual(INVITED);
  });

  it('says which query it cannot replay, and why', async () => {
    const welcome =
      'SELECT * FROM projects WHERE user_id = $1 AND TIMESTAMPDIFF(HOUR, created_at, NOW()) < 3';
    const folder = folderWith(config('mysql', { ...queries, welcome }));
    expect(await runCommand(variables, 'backtest', 'welcome', '--config', folder)).toMatchObject({
      code: 2,
      note: expect.stringMatching(/query of step "step-1" cannot be replayed/),
    });
  });
});

describe.skipIf(!hasRedis('a backtest of rows in Redis'))('skene backtest on Upstash Redis', () => {
  let server: RedisRestServer;
  beforeAll(async () => {
    server = await startRedisRestServer();
  });
  afterAll(() => server?.stop());

  it('says who would have been mailed', async () => {
    const redis = new Redis({ url: server.url, token: server.token });
    const writes = redis.pipeline();
    for (const { number, joined, seen, project } of people) {
      const user = {
        email: `p${number}@example.com`,
        name: `P${number}`,
        lastSeen: seen,
        created_at: joined,
      };
      writes.hset(`users:${number}`, user);
      if (project !== undefined)
        writes.hset(`projects:${number}`, { user_id: number, real_one: true, created_at: project });
    }
    await writes.exec();
    const folder = folderWith(
      config('upstash-redis', {
        welcome: 'SELECT * FROM projects WHERE user_id = $1 AND real_one = true',
      }),
    );
    const variables = { DATABASE_URL: Object.assign(new URL(server.url), { password: server.token }).href };
    expect(addresses(await backtest({ loop: 'welcome', folder, variables }))).toEqual(WELCOMED);
  });
});
