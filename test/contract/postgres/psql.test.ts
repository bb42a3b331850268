import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

const hasPsql = spawnSync('psql', ['--version']).status === 0;
if (!hasPsql && process.env.CI) throw new Error('psql is not installed: apt-get install postgresql-client.');

describe.skipIf(!hasPsql)('psql', () => {
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startEmbeddedPostgres({ port: 0 });
  });
  afterAll(() => server?.close());

  async function psql(
    script: string,
    ...flags: string[]
  ): Promise<{ output: string; problems: string; status: number }> {
    const child = spawn('psql', [server.url, '-X', '-A', '-t', ...flags]);
    child.stdin.end(script);
    const [output, problems] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { output: output.trim(), problems, status: child.exitCode ?? -1 };
  }

  it('runs a script with transactions, COPY both ways, errors and a description of a table', async () => {
    const { output, problems, status } = await psql(`
      CREATE TABLE fruit (id int, name text);
      COPY fruit FROM STDIN;
1\tapple
2\tpear
\\.
      BEGIN;
      INSERT INTO fruit VALUES (3, 'plum');
      ROLLBACK;
      SELECT nonsense;
      COPY fruit TO STDOUT;
      SELECT count(*) FROM fruit;
      \\d fruit
    `);
    expect(problems).toContain('column "nonsense" does not exist');
    expect(output.split('\n')).toEqual(
      expect.arrayContaining(['COPY 2', 'ROLLBACK', '1\tapple', '2\tpear', '2', 'id|integer|||']),
    );
    expect(status).toBe(0);
  });

  it('finds the tables of the README, which take its INSERTs', async () => {
    const { output } = await psql(`
      INSERT INTO users (email, name, activation_link) VALUES ('ada@example.com', 'Ada', 'https://example.com/start');
      INSERT INTO user_actions (user_id, action_type) VALUES (1, 'first_project_created');
      SELECT u.id, u.name, a.action_type, u.created_at <= now() FROM users u JOIN user_actions a ON a.user_id = u.id;
    `);
    expect(output).toContain('1|Ada|first_project_created|t');
  });

  it('hears of a COPY into no table', async () => {
    const { problems, status } = await psql(
      'COPY nothing FROM STDIN;\n1\n\\.\nSELECT 1;',
      '-v',
      'ON_ERROR_STOP=1',
    );
    expect(problems).toContain('relation "nothing" does not exist');
    expect(status).toBe(3);
  });

  it('cancels a statement with Ctrl-C and goes on', async () => {
    const child = spawn('psql', [server.url, '-X', '-A', '-t']);
    child.stdin.write(`SELECT 'be' || 'gun';\nSELECT count(*) FROM generate_series(1, 1000000000);\n`);
    const problems = text(child.stderr);
    await once(child.stdout, 'data');
    const interrupting = setInterval(() => child.kill('SIGINT'), 200);
    child.stderr.once('data', () => {
      clearInterval(interrupting);
      child.stdin.end(`SELECT 1;\n`);
    });
    await once(child, 'exit');
    expect(await problems).toContain('canceling statement due to user request');
  });
});
