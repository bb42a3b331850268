import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DevProcess, startDev } from './dev-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SIGN_UP =
  "insert into users (email, name, activation_link) values ('ada@example.com', 'Ada', 'https://example.com/start')";
const CREATE_PROJECT = "insert into user_actions (user_id, action_type) values (1, 'first_project_created')";

let folder: string;
let dev: DevProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-newcomer-'));
  cpSync(join(root, 'skene.config.ts'), join(folder, 'skene.config.ts'));
});
afterEach(async () => {
  await dev?.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<{ database: string; functions: string; inbox: string }> {
  dev = startDev(folder, args);
  const url = async (name: string) => (await dev?.line(new RegExp(`^ +${name} +(\\S+)$`, 'm')))?.[1] ?? '';
  const urls = {
    functions: await url('functions'),
    inbox: await url('inbox'),
    database: await url('database'),
  };
  await dev.line(/^ +loops +activation$/m);
  return urls;
}

async function query(database: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const skene = (...args: string[]) =>
  execFileSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(root, 'src/cli/main.ts'), ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', NODE_PATH: join(root, 'node_modules') },
    },
  );

async function emails(inbox: string): Promise<Array<{ to: string[]; subject: string; html: string }>> {
  const { data } = (await (
    await fetch(`${inbox}/emails`, {
      headers: { authorization: 'Bearer re_dev', accept: 'application/json' },
    })
  ).json()) as {
    data: Array<{ to: string[]; subject: string; html: string }>;
  };
  return data;
}

describe('skene dev', () => {
  it('turns a sign-up into an email, with plain SQL from any client', async () => {
    const { database, inbox } = await start();
    await query(database, SIGN_UP);
    await dev?.line(/run +activation starts for 1/);
    await dev?.line(/waiting +activation waits for 1, up to 5m/);
    await query(database, CREATE_PROJECT);
    const written = Date.now();
    await dev?.line(/wake +activation wakes for 1/);
    expect(Date.now() - written).toBeLessThan(5_000);
    await dev?.line(/outcome +activation for 1: sent/);
    expect(await emails(inbox)).toMatchObject([{ to: ['ada@example.com'] }]);
  });

  it('survives kill -9 with runs asleep', async () => {
    const first = await start();
    await query(first.database, SIGN_UP);
    await dev?.line(/waiting +activation waits for 1/);
    await dev?.kill();

    const second = await start();
    await query(second.database, CREATE_PROJECT);
    await dev?.line(/outcome +activation for 1: sent/);
    expect(await emails(second.inbox)).toHaveLength(1);
  });

  it('says when the time of a run is up, after the clock was moved', async () => {
    const { database } = await start();
    await query(database, SIGN_UP);
    await dev?.line(/waiting +activation waits for 1/);
    skene('clock', '5m');
    await dev?.line(/outcome +activation for 1: timed_out/);
  });

  it('reads the config again when it is saved, and goes on with the last right one meanwhile', async () => {
    await start();
    const file = join(folder, 'skene.config.ts');
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, right.replace("timeout: '5m'", "timeout: '5 monkeys'"));
    await dev?.line(/"5 monkeys" is not a duration/);
    await dev?.line(/go on as they were/);
    writeFileSync(file, right.replace("type: 'activation',", "id: 'renamed',\n  type: 'activation',"));
    await dev?.line(/read again: renamed/);
  });

  it('refuses a second stack on the same state, and forgets with --fresh', async () => {
    const { database } = await start();
    await query(database, SIGN_UP);
    await dev?.line(/waiting +activation waits for 1/);
    const other = startDev(folder);
    await other.line(/runs already|in use/);
    expect(await other.stop()).not.toBe(0);
    expect(await dev?.stop()).toBe(0);

    const again = await start('--fresh');
    const client = new pg.Client(again.database);
    await client.connect();
    expect((await client.query('select * from users')).rows).toEqual([]);
    await client.end();
  });
});
