import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { checkProject } from '../../../src/project/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-schema-'));
  write('package.json', '{ "name": "app", "dependencies": { "pg": "8" } }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

const SQL = `create table users (id uuid primary key, email text not null, name text, "firstName" text);
create table projects (
  id bigserial primary key,
  owner_id uuid not null references users (id),
  seats int,
  created_at timestamptz not null default now()
);
`;

const email = { type: 'email', template: 'hello', personalization: { name: '{{user.name}}' } } as const;
const trigger = { type: 'database', table: 'users', event: 'insert' } as const;

function waiting(query: string, personalization: Record<string, string> = {}): LoopInput {
  const action = { ...email, personalization };
  return {
    type: 'activation',
    opinion: 'o',
    steps: [{ trigger, condition: { type: 'query', query }, action }],
  };
}

/** What is said of a loop: the code, whether it is a warning, and the rest of a sentence. */
async function saidOf(loop: LoopInput, hintOf?: 'hint'): Promise<string[]> {
  write(
    'skene.config.ts',
    `export default ${JSON.stringify({ loops: [loop], email: { from: 'a@example.com' }, database: { provider: 'postgres' } })};`,
  );
  const { issues } = await checkProject({ file: folder, env: {}, againstSchema: true });
  return issues
    .filter(({ code }) => code !== 'repeat_mailing' && code !== 'template_not_found')
    .map(({ code, severity, message, hint }) => (hintOf ? `${hint}` : `${severity} ${code} ${message}`));
}

describe('a query, against the tables of the repository', () => {
  beforeEach(() => write('schema.sql', SQL));

  it('is right where all that it speaks of is declared', async () => {
    expect(await saidOf(waiting('SELECT p.id FROM projects p WHERE p.owner_id = $1 AND seats > 3'))).toEqual(
      [],
    );
    expect(
      await saidOf(waiting('SELECT count(*) AS n FROM projects WHERE owner_id = $1 HAVING count(*) > 3')),
    ).toEqual([]);
  });

  it('must not speak of a column that its table has not, and is told what was meant', async () => {
    const wrong = waiting('SELECT id FROM projects WHERE owner_ids = $1');
    expect(await saidOf(wrong)).toEqual([
      'error query_column speaks of the column owner_ids, which projects has not (schema.sql:2)',
    ]);
    expect(await saidOf(wrong, 'hint')).toEqual([
      'Did you mean owner_id? The columns are id, owner_id, seats, created_at.',
    ]);
    expect(await saidOf(waiting('SELECT id FROM users WHERE id = $1 AND firstName IS NULL'), 'hint')).toEqual(
      ['Write "firstName" with its quotes: without them PostgreSQL reads it in small letters.'],
    );
  });

  it('is pointed at where the column stands', async () => {
    write('skene.config.ts', '');
    await saidOf(waiting('SELECT id FROM projects WHERE owner_ids = $1'));
    const { issues, source } = await checkProject({ file: folder, env: {}, againstSchema: true });
    const issue = issues.find(({ code }) => code === 'query_column');
    expect(source?.line(issue?.line ?? 0).slice((issue?.column ?? 0) - 1)).toMatch(/^owner_ids = /);
  });

  it('is warned about where a table is declared nowhere', async () => {
    expect(await saidOf(waiting('SELECT id FROM project WHERE owner_id = $1'))).toEqual([
      'warning query_table speaks of the table project, which is not declared in schema.sql',
    ]);
  });

  it('must compare the id with a column of its kind', async () => {
    expect(await saidOf(waiting('SELECT id FROM projects WHERE seats = $1'))).toEqual([
      'error query_type compares projects.seats, a number, with users.id, a uuid (schema.sql:2)',
    ]);
  });

  it('is left alone where the repository declares nothing, or it is not asked', async () => {
    rmSync(join(folder, 'schema.sql'));
    expect(await saidOf(waiting('SELECT id FROM nowhere WHERE nothing = $1'))).toEqual([]);
  });

  it('is only warned about where the tables are declared in code', async () => {
    rmSync(join(folder, 'schema.sql'));
    write('package.json', '{ "name": "app", "dependencies": { "pg": "8", "drizzle-orm": "1" } }');
    write(
      'schema.ts',
      `import { pgTable, uuid, text } from 'drizzle-orm/pg-core';
export const users = pgTable('users', { id: uuid('id').primaryKey(), email: text('email') });`,
    );
    expect(await saidOf(waiting('SELECT id FROM users WHERE id = $1 AND paid'))).toEqual([
      'warning query_column speaks of the column paid, which users has not (schema.ts:2)',
    ]);
  });
});

describe('an email, against what there is to say', () => {
  beforeEach(() => write('schema.sql', SQL));

  it('speaks of what the query answers with', async () => {
    const query = 'SELECT p.id, seats AS places FROM projects p WHERE owner_id = $1';
    expect(await saidOf(waiting(query, { a: '{{row.places}}', b: '{{row.id}}' }))).toEqual([]);
    expect(await saidOf(waiting(query, { a: '{{row.seats}}' }))).toEqual([
      'error template_variable speaks of row.seats, and its query has no seats',
    ]);
    expect(
      await saidOf(waiting('SELECT * FROM projects WHERE owner_id = $1', { a: '{{row.seat}}' })),
    ).toEqual(['error template_variable speaks of row.seat, and projects (schema.sql:2) has no seat']);
    expect(await saidOf(waiting(query, { a: '{{row.seats | default: "some"}}' }))).toEqual([]);
  });

  it('speaks of columns of the user, and of the row that started it', async () => {
    const query = 'SELECT id FROM projects WHERE owner_id = $1';
    expect(await saidOf(waiting(query, { a: '{{user.firstName}} {{event.email}}' }))).toEqual([]);
    expect(await saidOf(waiting(query, { a: '{{user.first_name}}' }))).toEqual([
      'error template_variable speaks of user.first_name, and users (schema.sql:1) has no first_name',
    ]);
    expect(await saidOf(waiting(query, { a: '{{event.mail}}' }))).toEqual([
      'error template_variable speaks of event.mail, and users (schema.sql:1) has no mail',
    ]);
  });

  it('to an audience speaks of what selects it', async () => {
    const audience = (query: string, text: string): LoopInput => ({
      type: 'retention',
      opinion: 'o',
      steps: [
        {
          trigger: { type: 'schedule', cron: '0 9 * * *' },
          condition: { type: 'query', query },
          action: { ...email, personalization: { a: text } },
        },
      ],
    });
    expect(await saidOf(audience('SELECT id, email FROM users', '{{user.name}} {{user.email}}'))).toEqual([]);
    expect(await saidOf(audience('SELECT id, email FROM users', '{{user.firstName}}'))).toEqual([
      'error template_variable speaks of user.firstName, and its query has no firstName',
    ]);
  });
});
