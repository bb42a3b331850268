import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasPostgres, type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type DevProcess, startDev } from './dev-process.ts';

const config = fileURLToPath(new URL('../../skene.config.ts', import.meta.url));
const TABLES = `
  create table users (id uuid primary key default gen_random_uuid(), email text, name text, activation_link text);
  create table user_actions (id bigserial primary key, user_id uuid, action_type text)`;

describe.skipIf(!hasPostgres('skene dev on a PostgreSQL of one’s own'))('skene dev --database-url', () => {
  let server: PostgresServer;
  let database: string;
  let folder: string;
  let dev: DevProcess | undefined;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    database = await server.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'skene-own-database-'));
    cpSync(config, join(folder, 'skene.config.ts'));
  });
  afterEach(async () => {
    await dev?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  async function query(sql: string): Promise<Array<Record<string, string>>> {
    const client = new pg.Client(database);
    await client.connect();
    return client
      .query<Record<string, string>>(sql)
      .then(({ rows }) => rows)
      .finally(() => client.end());
  }
  const signUp = async (name: string): Promise<string> => {
    const [row] = await query(
      `insert into users (email, name, activation_link) values ('${name}@example.com', '${name}', 'https://example.com') returning id`,
    );
    return row?.id ?? '';
  };
  const createProject = (user: string) =>
    query(`insert into user_actions (user_id, action_type) values ('${user}', 'first_project_created')`);

  it('watches its tables, wakes runs as rows are committed, and starts no PostgreSQL', async () => {
    await query(TABLES);
    dev = startDev(folder, ['--database-url', database]);
    await dev.line(/^ +loops +activation$/m);
    const ada = await signUp('ada');
    await dev.line(new RegExp(`waiting +activation waits for ${ada}, up to 5m`));
    await createProject(ada);
    const written = Date.now();
    await dev.line(/email +"Welcome, ada: your first step" to ada@example\.com/);
    expect(Date.now() - written).toBeLessThan(5_000);
    await dev.line(new RegExp(`outcome +activation for ${ada}: sent`));
    expect(existsSync(join(folder, '.skene', 'state', 'postgres'))).toBe(false);
  });

  it('waits for tables that are made later, and goes on after a kill', async () => {
    dev = startDev(folder, ['--database-url', database]);
    await dev.line(/The database has no table users\./);
    await query(TABLES);
    await dev.line(/users is watched now/);
    await dev.line(/user_actions is watched now/);
    const ada = await signUp('ada');
    await dev.line(new RegExp(`waiting +activation waits for ${ada}`));
    await dev.kill();
    await createProject(ada);
    const bob = await signUp('bob');
    dev = startDev(folder, ['--database-url', database]);
    await dev.line(/email +"Welcome, ada: your first step" to ada@example\.com/);
    await dev.line(new RegExp(`waiting +activation waits for ${bob}`));
    expect(dev.output()).not.toMatch(/problem/);
  });
});
