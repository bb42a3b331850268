import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProject, checkProject } from '../../../src/project/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'skene-upstash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = readFileSync(
  new URL('../../fixtures/seeds/next-upstash-clerk.skene.config.ts', import.meta.url),
  'utf8',
);
const QUERY = "SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'";
const UPSTASH = {
  UPSTASH_REDIS_REST_URL: 'https://calm-bee-1.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 'token',
  SKENE_FROM: 'ada@example.com',
};

function write(text: string): string {
  const file = join(folder, 'skene.config.ts');
  writeFileSync(file, text);
  return file;
}

const check = (text: string, env: Record<string, string> = UPSTASH) =>
  checkProject({ file: write(text), env });

describe('the database of a config that names none', () => {
  it.each([
    ["Upstash's variables alone", UPSTASH, 'upstash-redis'],
    [
      "Vercel's names of them",
      { KV_REST_API_URL: 'https://x.upstash.io', KV_REST_API_TOKEN: 't' },
      'upstash-redis',
    ],
    ['an address with a token', { DATABASE_URL: 'https://:token@x.upstash.io' }, 'upstash-redis'],
    [
      'the address of another beside them',
      { ...UPSTASH, DATABASE_URL: 'postgres://localhost/app' },
      undefined,
    ],
    ['nothing', {}, undefined],
  ])('is told by %s', async (_, env, provider) => {
    const { deployment } = await check(SEED, env);
    expect(deployment?.database.provider).toBe(provider);
  });

  it('is asked with what was compiled: the functions reach its driver and no parser', async () => {
    const outDir = join(folder, 'compiled');
    const { deployment, issues } = await buildProject({ file: write(SEED), env: UPSTASH, outDir });
    expect(issues).toEqual([]);
    expect(readFileSync(join(outDir, 'index.ts'), 'utf8')).toContain(
      "from '@skene/sdk/databases/upstash-redis'",
    );
    expect(deployment?.plans[0]?.steps[0]?.condition).toMatchObject({
      select: { table: 'user_actions', source: { type: 'index', column: 'user_id' } },
      wakes: [{ table: 'user_actions', column: 'user_id', equals: { action_type: 'first_project_created' } }],
      checks: [],
    });
    expect(deployment?.watches).toMatchObject([
      { table: 'users' },
      { table: 'user_actions', lookups: ['user_id'] },
    ]);
  });
});

describe('what Upstash Redis cannot do', () => {
  it('is refused with its line and column and what to write', async () => {
    const joined = `SELECT a.* FROM user_actions a\nJOIN users u ON u.id = a.user_id WHERE u.id = $1`;
    const { issues } = await check(SEED.replace(QUERY, joined));
    const line = SEED.split('\n').findIndex((text) => text.includes(QUERY)) + 2;
    expect(issues).toMatchObject([
      {
        code: 'query_dialect',
        severity: 'error',
        line,
        column: 1,
        message: expect.stringContaining('joins tables'),
        hint: expect.stringContaining('field'),
      },
    ]);
  });

  it.each([
    {
      what: 'an audience',
      right: "type: 'database',\ntable: 'users',\nevent: 'insert'",
      wrong: "type: 'schedule', cron: '0 9 * * *'",
      message: 'selects an audience',
    },
    {
      what: 'an update after a step',
      right: 'action: {',
      wrong: "after: 'UPDATE users SET mailed = true WHERE id = $1', action: {",
      message: 'is an UPDATE',
    },
  ])('is refused: $what', async ({ right, wrong, message }) => {
    expect(SEED).toContain(right);
    const { issues } = await check(SEED.replace(right, wrong));
    expect(issues.map((issue) => issue.message).join()).toContain(message);
  });

  it.each([
    ["{ users: { key: 'user' } }", 'is not the key of a row'],
    ["{ users: { key: '{id}' } }", 'is not the key of a row'],
    ["{ users: { key: 'a:{b}:{c}' } }", 'is not the key of a row'],
    ["{ users: { index: { created_at: 'a:{b}:{c}' } } }", 'is not the key of an index'],
  ])('is refused: a table that lies at %s', async (tables, message) => {
    const config = SEED.replace('defineLoop({', `defineConfig({ tables: ${tables}, loops: [{`)
      .replace('{ defineLoop }', '{ defineConfig }')
      .replace(/\}\);\s*$/, '}] });');
    const { issues } = await check(config);
    expect(issues.map((issue) => issue.message).join()).toContain(message);
  });
});
