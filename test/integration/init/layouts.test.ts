import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { writeProposed } from '../../../src/cli/write-proposed.ts';
import { type Inspection, inspectRepository, listFindings, type Table } from '../../../src/inspect/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';
import { checkProject } from '../../../src/project/index.ts';
import { type Answers, propose } from '../../../src/propose/index.ts';

const layouts = fileURLToPath(new URL('../../fixtures/layouts', import.meta.url));
const folders: string[] = [];
const database = new PGlite();

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
afterAll(() => database.close());

/** A copy of a layout, in which files may be written. */
function copyOf(layout: string): string {
  const folder = mkdtempSync(join(tmpdir(), `skene-${layout}-`));
  cpSync(join(layouts, layout), folder, { recursive: true });
  folders.push(folder);
  return folder;
}

interface Begun {
  inspection: Inspection;
  written: string[];
  config: string;
  deployment: Deployment;
}

/** Does what `skene init --yes` does to a layout, and checks the config that it wrote. */
async function begin(
  layout: string,
  { app, answers = {} }: { app?: string; answers?: Answers } = {},
): Promise<Begun> {
  const inspection = await inspectRepository(copyOf(layout), app);
  const { files } = propose(inspection, answers);
  const written = await writeProposed(files, { root: inspection.root });
  const file = written.find((path) => path.includes('skene.config')) ?? 'no config was written';
  const { issues, deployment } = await checkProject({
    file: join(inspection.root, file),
    env: { SKENE_FROM: 'a@example.com' },
    againstSchema: true,
  });
  expect(issues.filter(({ code }) => code !== 'repeat_mailing')).toEqual([]);
  if (deployment === undefined) throw new Error('The config cannot be built.');
  return { inspection, written, deployment, config: readFileSync(join(inspection.root, file), 'utf8') };
}

/** The query a loop waits for. */
function queryOf({ plans }: Deployment): string {
  const condition = plans[0]?.steps[0]?.condition;
  return condition?.type === 'query' ? condition.sql : `a condition of type ${condition?.type}`;
}

const find = ({ tables }: Inspection, name: string): Table | undefined =>
  tables.find((table) => table.name === name);

/** Makes the tables that were found, named literally, and asks the query of them. */
async function answersOf(query: string, tables: readonly Table[], parameter: string): Promise<unknown[]> {
  const quoted = (name: string) =>
    name
      .split('.')
      .map((part) => `"${part}"`)
      .join('.');
  const made = tables.map(({ name, columns }) => {
    const schema = name.includes('.') ? `CREATE SCHEMA IF NOT EXISTS "${name.split('.')[0]}";` : '';
    return `${schema} CREATE TABLE ${quoted(name)} (${columns.map((column) => `"${column.name}" text`).join(', ')});`;
  });
  await database.exec(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${made.join('\n')}`);
  return (await database.query(query, [parameter])).rows;
}

/** What the finding of a subject is, and the line that shows it. */
function found(inspection: Inspection, subject: string): string[] {
  return listFindings(inspection)
    .filter((finding) => finding.subject === subject)
    .map(({ what, confidence, evidence: [first] }) => `${what} ${confidence} ${first?.file}:${first?.line}`);
}

describe('skene init in a monorepo', () => {
  it('takes the application with a framework, and the tables of the packages it shares', async () => {
    const { inspection, written, deployment } = await begin('monorepo');
    expect(inspection).toMatchObject({ app: 'apps/web', apps: ['apps/web', 'apps/worker'] });
    expect(found(inspection, 'users')).toEqual(['acme_user certain packages/db/src/schema.ts:9']);
    expect(find(inspection, 'acme_workspace')?.columns).toMatchObject([
      { name: 'id', kind: 'uuid' },
      {
        name: 'owner_id',
        property: 'ownerId',
        nullable: false,
        references: { table: 'acme_user', column: 'id' },
      },
      { name: 'name' },
      { name: 'created_at', kind: 'time' },
    ]);
    expect(written).toEqual([
      'apps/web/skene.config.ts',
      'apps/web/emails/activation_welcome.md',
      'apps/web/src/app/api/skene/[...path]/route.ts',
      'apps/web/.env.example',
    ]);
    expect(queryOf(deployment)).toBe('SELECT * FROM acme_workspace WHERE owner_id = $1');
    expect(deployment.users).toMatchObject({ table: 'acme_user', name: 'full_name' });
    expect(await answersOf(queryOf(deployment), inspection.tables, 'x')).toEqual([]);
  });

  it('takes the other application when it is named, or when it stands in it', async () => {
    const { inspection, deployment } = await begin('monorepo', { app: 'apps/worker' });
    expect(found(inspection, 'users')[0]).toBe('customers possible apps/worker/schema.sql:1');
    expect(deployment).toMatchObject({ database: { provider: 'mysql' }, users: { table: 'customers' } });
    const standing = await inspectRepository(join(copyOf('monorepo'), 'apps/web'));
    expect(standing).toMatchObject({ app: 'apps/web', users: [{ table: { name: 'acme_user' } }] });
  });

  it('imports what the build writes from where the route lies', async () => {
    const { inspection, written } = await begin('monorepo');
    const route = readFileSync(join(inspection.root, written[2] ?? ''), 'utf8');
    expect(route).toContain("import { compiled } from '../../../../../compiled';");
  });
});

describe('skene init with a Prisma schema', () => {
  it('speaks of tables and columns as the database has them, and takes the variable from the schema', async () => {
    const { inspection, deployment, config } = await begin('prisma-map');
    expect(found(inspection, 'users')).toEqual(['members certain prisma/schema.prisma:11']);
    expect(found(inspection, 'key action')).toEqual(['documents likely prisma/schema.prisma:47']);
    expect(find(inspection, 'documents')?.columns.find(({ name }) => name === 'state')?.values).toEqual([
      'DRAFT',
      'published',
    ]);
    expect(deployment).toMatchObject({
      users: { table: 'members', email: 'email_address', name: 'display_name' },
      database: { provider: 'postgres', urlVariable: 'POSTGRES_PRISMA_URL' },
    });
    expect(queryOf(deployment)).toBe('SELECT * FROM documents WHERE written_by = $1');
    expect(await answersOf(queryOf(deployment), inspection.tables, 'x')).toEqual([]);
    // A name may be missing: without a default the run would end there.
    expect(config).toContain('{{user.display_name | default: ""}}');
  });

  it('does not take the accounts of NextAuth for users, nor its sessions for what users do', async () => {
    const { users } = await inspectRepository(copyOf('prisma-map'));
    expect(users.map(({ table }) => table.name)).toEqual(['members']);
    expect(users[0]?.keyActions.map(({ table }) => table.name)).toEqual(['documents']);
  });
});

describe('skene init with names that need quotes', () => {
  it('quotes the camel case of TypeORM, and not the snake case beside it', async () => {
    const { inspection, deployment } = await begin('snake-and-camel');
    expect(find(inspection, 'blog_post')?.columns.map(({ name }) => name)).toEqual([
      ...['id', 'title', 'created_at', 'authorId', 'reviewed_by'],
    ]);
    expect(queryOf(deployment)).toBe('SELECT * FROM blog_post WHERE "authorId" = $1');
    expect(await answersOf(queryOf(deployment), inspection.tables, 'x')).toEqual([]);
    expect(deployment.users).toMatchObject({ table: 'users', email: 'emailAddress', name: 'firstName' });
  });

  it('asks for the users who have not logged in, quoted too', async () => {
    const { inspection, deployment } = await begin('snake-and-camel', { answers: { loop: 'retention' } });
    expect(queryOf(deployment)).toBe(`SELECT * FROM users WHERE "lastLoginAt" < NOW() - INTERVAL '7 days'`);
    expect(inspection.users[0]?.lastActivity).toMatchObject({
      kind: 'time',
      place: { file: 'src/user.entity.ts', line: 15 },
    });
  });

  it('takes a table called account, whose key and whose times are called otherwise, in MySQL', async () => {
    const { inspection, deployment, config } = await begin('account-table');
    expect(found(inspection, 'users')).toEqual(['account likely migrations/001_accounts.sql:2']);
    expect(queryOf(deployment)).toBe('SELECT * FROM `order` WHERE account_id = $1');
    expect(deployment).toMatchObject({
      users: { table: 'account', id: 'account_no', email: 'Email', name: 'username' },
      database: { provider: 'mysql', urlVariable: 'MYSQL_URL' },
    });
    expect(deployment.watches).toMatchObject([
      { table: 'account', id: 'account_no', cursor: undefined },
      { table: 'order', id: 'id', cursor: 'placed_at' },
    ]);
    expect(config).toContain('It is not certain that this is the table of users:');
  });

  it('takes a table called "user", of SQLModel, with the columns it inherits', async () => {
    const { inspection, deployment } = await begin('quoted-user', { answers: { loop: 'activation' } });
    expect(found(inspection, 'users')).toEqual(['user certain app/models.py:18']);
    expect(find(inspection, 'user')?.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['email', false],
      ['is_active', false],
      ['full_name', true],
      ['id', false],
      ['hashed_password', false],
      ['created_at', false],
    ]);
    expect(deployment.plans[0]?.trigger).toMatchObject({ type: 'database', table: 'user' });
    expect(queryOf(deployment)).toBe('SELECT * FROM item WHERE owner_id = $1');
  });

  it('names tables of schemas other than public with their schema', async () => {
    const { inspection, deployment, config } = await begin('other-schemas');
    expect(found(inspection, 'users')).toEqual(['identity.users certain app/tables.py:15']);
    expect(queryOf(deployment)).toBe(
      `SELECT * FROM analytics.user_actions WHERE person_id = $1 AND action_type = 'report_created'`,
    );
    expect(await answersOf(queryOf(deployment), inspection.tables, '1')).toEqual([]);
    expect(deployment.watches.map(({ table }) => table)).toEqual([
      'identity.users',
      'analytics.user_actions',
    ]);
    // Two actions are known, so which one matters is not said as a fact.
    expect(config).toContain('It is not certain');
    expect(config).toContain(
      `// Or: SELECT * FROM analytics.user_actions WHERE person_id = $1 AND action_type = 'signed_up'`,
    );
  });
});

describe('skene init in JavaScript', () => {
  it('reads the tables that stand in code, and writes JavaScript', async () => {
    const { inspection, written, deployment } = await begin('javascript');
    expect(found(inspection, 'users')).toEqual(['users certain lib/database.js:7']);
    expect(queryOf(deployment)).toBe('SELECT * FROM projects WHERE "userId" = $1');
    expect(deployment.database.urlVariable).toBe('POSTGRES_URL');
    expect(written).toEqual([
      'skene.config.mjs',
      'emails/activation_welcome.md',
      'app/api/skene/[...path]/route.js',
      '.env.example',
    ]);
  });
});

describe('skene init without a table of users', () => {
  it('lets who signs users in tell of them, and adds to the variables there are', async () => {
    const { inspection, written, deployment } = await begin('no-database');
    expect(deployment.plans[0]).toMatchObject({
      trigger: { type: 'webhook', provider: 'clerk', event: 'user.created' },
      steps: [{ condition: { type: 'event', name: 'project.created' } }],
    });
    expect(deployment.database.provider).toBe('upstash-redis');
    expect(written).toContain('.env.example');
    const variables = readFileSync(join(inspection.root, '.env.example'), 'utf8');
    expect(variables).toContain(
      'CLERK_SECRET_KEY=sk_test_of_nobody\n# SKENE_SECRET=\n\n# Where Skene is reached',
    );
    expect(variables.match(/SKENE_SECRET/g)).toHaveLength(1);
    expect(variables).toContain('CLERK_WEBHOOK_SIGNING_SECRET=\n');
  });

  it('never lets the value of a variable out of the repository', async () => {
    const inspection = await inspectRepository(copyOf('no-database'));
    expect(inspection.variables.map(({ name }) => name)).toContain('CLERK_SECRET_KEY');
    expect(JSON.stringify([inspection, propose(inspection)])).not.toContain('sk_test');
  });

  it('begins nothing in an empty folder, and says why', async () => {
    const inspection = await inspectRepository(copyOf('empty'));
    expect(propose(inspection)).toMatchObject({
      loop: undefined,
      files: [],
      questions: [],
      obstacle: expect.stringMatching(/nothing here to begin with/),
    });
  });
});

describe('skene init with two databases', () => {
  it('takes the one with the users, says that there is another, and asks', async () => {
    const { inspection, deployment, config } = await begin('two-databases');
    expect(found(inspection, 'users')).toEqual([
      'users certain db/app.ts:8',
      'contacts possible db/warehouse.ts:6',
    ]);
    expect(deployment).toMatchObject({ database: { provider: 'postgres' }, users: { table: 'users' } });
    expect(queryOf(deployment)).toBe(
      `SELECT * FROM activities WHERE user_id = $1 AND kind = 'board_created'`,
    );
    expect(config).toContain(
      'There is also upstash-redis and mysql; this is the one with users (db/app.ts:8).',
    );
    const [first] = propose(inspection).questions;
    expect(
      propose({ ...inspection, installed: { ...inspection.installed, config: undefined } }).questions[0],
    ).toMatchObject({
      id: 'users',
      usual: 'users',
      choices: [{ value: 'users' }, { value: 'contacts' }],
    });
    expect(first).toMatchObject({ id: 'users' });
  });

  it('takes the other one when it is told to, in its dialect', async () => {
    const { deployment } = await begin('two-databases', { answers: { users: 'contacts' } });
    expect(deployment).toMatchObject({ database: { provider: 'mysql' }, users: { table: 'contacts' } });
  });
});

describe('skene init with a package.json that cannot be read', () => {
  it('names the line, and goes on with what the other files say', async () => {
    const { inspection, deployment } = await begin('broken-manifest');
    expect(inspection.problems).toMatchObject([
      { file: 'package.json', line: 6, why: expect.stringContaining('JSON') },
    ]);
    expect(found(inspection, 'users')).toEqual(['users certain db/structure.sql:1']);
    expect(queryOf(deployment)).toBe('SELECT * FROM boards WHERE created_by = $1');
    expect(await answersOf(queryOf(deployment), inspection.tables, '1')).toEqual([]);
    expect(propose(inspection).nextSteps.at(-1)).toContain('Mend package.json and run skene init again');
  });
});

describe('a second skene init', () => {
  it('proposes nothing where everything is there, and what was taken away where it is not', async () => {
    const { inspection } = await begin('prisma-map');
    const again = await inspectRepository(inspection.root);
    expect(propose(again)).toMatchObject({ files: [], questions: [], obstacle: undefined });
    rmSync(join(inspection.root, 'app/api'), { recursive: true });
    const lacking = propose(await inspectRepository(inspection.root));
    expect(lacking.files.map(({ path }) => path)).toEqual(['app/api/skene/[...path]/route.ts']);
  });

  it('keeps a file that somebody else wrote where one would be', async () => {
    const inspection = await inspectRepository(copyOf('prisma-map'));
    const { files } = propose(inspection);
    const root = copyOf('empty');
    await writeProposed([{ path: 'skene.config.ts', text: 'mine', isAddition: false, purpose: '' }], {
      root,
    });
    const asked: string[] = [];
    const written = await writeProposed(files, {
      root,
      mayReplace: async (path) => {
        asked.push(path);
        return false;
      },
    });
    expect(asked).toEqual(['skene.config.ts']);
    expect(written).not.toContain('skene.config.ts');
    expect(readFileSync(join(root, 'skene.config.ts'), 'utf8')).toBe('mine');
    expect(existsSync(join(root, '.env.example'))).toBe(true);
  });
});
