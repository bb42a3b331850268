import { afterEach, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

const open: EmbeddedPostgres[] = [];

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ port: 0 });
  open.push(server);
  return server;
}

async function stop(server: EmbeddedPostgres): Promise<void> {
  open.splice(open.indexOf(server), 1);
  await server.close();
}

afterEach(async () => {
  await Promise.all(open.map(stop));
});

const FOUND = `SELECT
  (SELECT array_agg(nspname::text ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_') AS schemas,
  (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r') AS tables,
  (SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_') AS roles,
  (SELECT count(*)::int FROM users) AS users,
  current_setting('work_mem') AS work_mem,
  has_schema_privilege('public', 'public', 'create') AS may_create`;

it('a PostgreSQL without a directory shows nothing of the one that ran before', async () => {
  const first = await start();
  const [before] = await first.query(FOUND);
  await first.exec(`
    CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int);
    CREATE TABLE projects (id int); ALTER TABLE users ADD COLUMN plan text;
    INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada');
    CREATE ROLE reader; GRANT SELECT ON users TO reader; GRANT CREATE ON SCHEMA public TO public;
    ALTER DATABASE postgres SET work_mem = '1MB'; ALTER ROLE postgres SET work_mem = '2MB'`);
  await stop(first);

  const second = await start();
  expect(before).toMatchObject({ users: 0, roles: ['postgres'], may_create: false });
  expect((await second.query(FOUND))[0]).toEqual(before);
  await second.exec(`INSERT INTO users (email, name) VALUES ('bob@example.com', 'Bob')`);
  expect(await second.query('SELECT id::int, name FROM users')).toEqual([{ id: 1, name: 'Bob' }]);
});

it('two that run at once are apart', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  await one.exec(`INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada')`);
  expect(await other.query('SELECT * FROM users')).toEqual([]);
});
