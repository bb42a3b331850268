import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { skene } from '../operations/command-line.ts';

/** The team's database: tables as theirs may be, and no Skene in it. */
let world: World;
let folder: string;
const config = (timeout: string) => `export default {
  loops: [{
    id: 'welcome', type: 'activation', opinion: 'Soon.',
    steps: [{
      trigger: { type: 'database', table: 'members', event: 'insert' },
      condition: { type: 'query', query: "SELECT * FROM projects WHERE member_id = $1", timeout: '${timeout}' },
      action: { type: 'email', template: 'activation_welcome', personalization: { name: '{{user.name}}', activationLink: 'https://example.com' } },
    }],
  }],
  users: { table: 'members' },
};`;

beforeAll(async () => {
  world = await createWorld({
    config: {
      type: 'activation',
      opinion: 'None.',
      steps: [
        {
          trigger: { type: 'event', name: 'never' },
          action: {
            type: 'email',
            template: 'activation_welcome',
            personalization: { name: 'x', activationLink: 'https://example.com' },
          },
        },
      ],
    },
  });
  await world.sql(`create type tier as enum ('free', 'paid')`);
  await world.sql(`create table members (id uuid primary key default gen_random_uuid(), email text not null unique, name text,
    tier tier default 'free', tags text[] default '{a}', created_at timestamptz not null)`);
  await world.sql(
    'create table projects (id serial primary key, member_id uuid references members, created_at timestamptz not null)',
  );
  // Every day for sixty days somebody joins; who has an even number makes a project that many hours later.
  await world.sql(`insert into members (email, name, created_at)
    select 'm' || n || '@example.com', 'M' || n, date_trunc('day', now()) - make_interval(days => n) from generate_series(1, 60) n`);
  await world.sql(`insert into projects (member_id, created_at)
    select id, created_at + make_interval(hours => substr(name, 2)::int, mins => -1) from members where substr(name, 2)::int % 2 = 0`);
  folder = mkdtempSync(join(tmpdir(), 'skene-backtest-'));
  writeFileSync(join(folder, 'skene.config.ts'), config('24h'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'First');
  writeFileSync(join(folder, 'skene.config.ts'), config('6h'));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  skene(
    world,
    'backtest',
    'welcome',
    '--config',
    folder,
    '--database-url',
    world.stack.urls.database,
    ...args,
  );

describe('skene backtest', () => {
  it('says who would have entered, been mailed and been stopped, and when', async () => {
    const { code, out } = await run('--days', '30', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result.notes).toHaveLength(2);
    expect(result).toMatchObject({ loop: 'welcome', users: 29, entered: 29 });
    expect(result.mails.map(({ to }: { to: string }) => to).sort()).toEqual([
      'm2@example.com',
      'm4@example.com',
      'm6@example.com',
    ]);
    expect(result.stops).toHaveLength(26);
    const [first] = result.mails;
    const joined = await world.sql<{ at: Date }>(
      `select created_at + interval '6 hours' - interval '1 minute' as at from members where name = 'M6'`,
    );
    expect(Math.abs(first.at - (joined[0]?.at.getTime() ?? 0))).toBeLessThan(5_000);
    expect(await world.sql('select 1 from pg_tables where tablename = $1', ['skene_outbox'])).toEqual([]);
  });

  it('shows the difference to another version of the config', async () => {
    const { code, out } = await run('--against', 'HEAD');
    expect(code).toBe(0);
    expect(out).toMatch(/29 would have entered, 3 emails been sent/);
    expect(out).toMatch(/26 stopped: timed_out/);
    expect(out).toMatch(/0 users get more, 9 fewer, 0 other emails/);
    expect(out).toMatch(/Note: .*everybody begins anew/);
  });

  it('looks at fewer users when told', async () => {
    const { out } = await run('--users', '5', '--json');
    expect(JSON.parse(out)).toMatchObject({ users: 5, entered: 5 });
  });

  it.each([
    [['--against', 'nowhere'], 'Git has no skene.config.ts at nowhere'],
    [['--days', '0'], 'Write a whole number'],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, note: expect.stringContaining(message) });
  });

  it('knows no loop of another name', async () => {
    const answer = await skene(
      world,
      'backtest',
      'goodbye',
      '--config',
      folder,
      '--database-url',
      world.stack.urls.database,
    );
    expect(answer).toMatchObject({
      code: 2,
      note: expect.stringMatching(/No loop is called "goodbye"[\s\S]*welcome/),
    });
  });
});
