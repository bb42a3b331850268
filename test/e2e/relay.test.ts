import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { devVariables } from '../../src/dev/environment.ts';
import { createWorld, type World } from '../../src/testing/index.ts';
import { activation } from '../integration/loops/activation.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../servers/postgres.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const relay = ['--import', 'tsx', 'src/cli/main.ts', 'relay', '.'];
const TABLES = `
  create table users (id bigserial primary key, email text, name text, activation_link text);
  create table user_actions (id bigserial primary key, user_id bigint, action_type text)`;

describe.skipIf(!hasPostgres('skene relay'))('skene relay', () => {
  let server: PostgresServer;
  let database: string;
  let client: pg.Client;
  let world: World | undefined;
  let child: ChildProcess | undefined;
  let output = '';

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    database = await server.createDatabase();
    client = new pg.Client(database);
    await client.connect();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await world?.close();
    await client.end();
    child = world = undefined;
    output = '';
  });

  /** A deployment that nobody carries rows to. */
  async function deploy(): Promise<Record<string, string>> {
    await client.query(TABLES);
    world = await createWorld({ config: activation, databaseUrl: database });
    await world.stack.database.close();
    return { ...devVariables(world.stack.urls), DATABASE_URL: database };
  }
  function start(variables: Record<string, string>): void {
    child = spawn(process.execPath, relay, { cwd: root, env: { ...process.env, ...variables } });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
  }
  const printed = (pattern: RegExp) => expect.poll(() => output, { timeout: 20_000 }).toMatch(pattern);
  const waiting = () => world?.log.filter((line) => line.includes('"kind":"waiting"')).length;
  const outcomes = async () =>
    (await world?.runs())?.flatMap(({ facts }) => facts.map(({ outcome }) => outcome));

  it('carries rows that waited and rows as they are committed, and stops cleanly', async () => {
    const variables = await deploy();
    await client.query(
      `insert into users (email, name, activation_link) values ('ada@example.com', 'Ada', 'https://a.example')`,
    );
    start(variables);
    await printed(/Watching for rows of users, user_actions\./);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
    await client.query(`insert into user_actions (user_id, action_type) values (1, 'first_project_created')`);
    await expect.poll(outcomes, { timeout: 5_000 }).toEqual(expect.arrayContaining(['met', 'sent']));
    child?.kill('SIGTERM');
    expect((await once(child as ChildProcess, 'exit'))[0]).toBe(0);
  });

  it('goes on after its connection was lost', async () => {
    start(await deploy());
    await printed(/Watching/);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await client.query(`insert into users (email) values ('ada@example.com')`);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  });

  it('says what is missing instead of waiting for what never comes', async () => {
    const run = (variables: Record<string, string>) =>
      promisify(execFile)(process.execPath, relay, { cwd: root, env: { ...process.env, ...variables } });
    const needed = {
      QSTASH_TOKEN: 't',
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
      UPSTASH_REDIS_REST_TOKEN: 't',
    };
    await expect(run({ ...needed, DATABASE_URL: database })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has no outbox[\s\S]+skene sync --database/),
    });
    await expect(run({ ...needed, DATABASE_URL: 'postgres://127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1/),
    });
  });
});
