import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkProject } from '../../../src/project/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'skene-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RIGHT = readFileSync(new URL('../../../skene.config.ts', import.meta.url), 'utf8');
const QUERY = "SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'";

async function codesOf(text: string): Promise<string[]> {
  const file = join(folder, 'skene.config.ts');
  writeFileSync(file, text);
  const { issues } = await checkProject({ file, env: { SKENE_FROM: 'ada@example.com' } });
  for (const { message, line, column } of issues)
    expect([message !== '', line > 0, column > 0]).toEqual([true, true, true]);
  return issues.map(({ code }) => code);
}

describe('a problem of a config', () => {
  it('is not found where there is none', async () => {
    expect(await codesOf(RIGHT)).toEqual([]);
  });

  it.each([
    ['duration', "timeout: '5m'", "timeout: '5 monkeys'"],
    ['cron', "type: 'database', table: 'users', event: 'insert'", "type: 'schedule', cron: '61 * * * *'"],
    ['glob', "type: 'database', table: 'users', event: 'insert'", "type: 'api', endpoint: '/api/{a'"],
    ['unknown_key', "template: 'activation_welcome'", "template: 'activation_welcome', subjekt: 'x'"],
    ['query_not_select', QUERY, 'DELETE FROM users WHERE id = $1'],
    ['query_multiple', QUERY, `${QUERY}; SELECT 2`],
    ['query_parameter', 'user_id = $1', 'user_id = $2'],
    ['query_syntax', QUERY, 'SELECT FROM WHERE $1'],
    ['template_not_found', "template: 'activation_welcome'", "template: 'activation_welcom'"],
    ['template_variable', ", activationLink: '{{user.activation_link}}'", ''],
    [
      'missing_key',
      "opinion: 'Detect when users complete their first key action and trigger personalized onboarding',",
      '',
    ],
    ['syntax', 'steps: [', 'steps: [['],
    ['no_export', 'export default defineLoop', 'export const loop = defineLoop'],
    ['load', "from '@skene/sdk'", "from './nowhere.ts'"],
  ])('%s is named', async (code, right, wrong) => {
    expect(RIGHT).toContain(right);
    expect(await codesOf(RIGHT.replace(right, wrong))).toContain(code);
  });

  it('limit_exceeded is named where a person could get more emails than the author allows', async () => {
    const limited = (trigger: string, more = '') => `import { defineConfig } from '@skene/sdk';
export default defineConfig({
  limits: { emailsPerDay: 1, emailsPerWeek: 3 },
  ${more}
  loops: [{ type: 'activation', opinion: 'x', steps: [{
    trigger: ${trigger},
    action: { type: 'email', template: 'activation_welcome', personalization: { name: 'x', activationLink: 'https://example.com' } },
  }] }],
});`;
    const signUp = "{ type: 'database', table: 'users', event: 'insert' }";
    const anything = "{ type: 'event', name: 'x' }";
    expect(await codesOf(limited(signUp))).toEqual([]);
    expect(await codesOf(limited(anything))).toEqual(['limit_exceeded', 'limit_exceeded']);
    expect(await codesOf(limited(anything, "frequency: { cap: 1, period: '1d' },"))).toEqual([
      'limit_exceeded',
    ]);
    expect(await codesOf(limited(anything, "frequency: { cap: 1, period: '3d' },"))).toEqual([]);
  });

  describe('of an audience', () => {
    const audience = (steps: string) =>
      `import { defineLoop } from '@skene/sdk';
export default defineLoop({ type: 'retention', opinion: 'x', steps: [{
  trigger: { type: 'schedule', cron: '0 9 * * *' },
  condition: { type: 'activity', table: 'events' },
  action: { type: 'email', template: 're_engagement', personalization: { name: 'a', lastActivity: '{{user.lastAction.created_at}}' } },
  ${steps}`;
    const later = (query: string, more = '') =>
      audience(
        `}, { delay: '3d', condition: { type: 'query', query: '${query}' }, action: { type: 'custom', name: 'call' }${more} }] });`,
      );

    it.each([
      ['a later step that asks about the subject', later('SELECT 1 FROM orders WHERE user_id = $1'), []],
      ['a later step that selects users', later('SELECT id FROM users WHERE plan = 1'), []],
      ['a later step without their ids', later('SELECT email FROM users'), ['condition_mismatch']],
      [
        'something for whom the time is up',
        later('SELECT id FROM users', `, otherwise: { type: 'custom', name: 'call' }`),
        ['condition_mismatch'],
      ],
      [
        'a first step that asks about the subject',
        audience('}]})').replace(
          `type: 'activity', table: 'events'`,
          `type: 'query', query: 'SELECT id FROM users WHERE id = $1'`,
        ),
        ['condition_mismatch'],
      ],
    ])('%s: %#', async (_what, text, codes) => {
      const found = (await codesOf(text)).filter(
        (code) => code !== 'action_not_found' && code !== 'repeat_mailing',
      );
      expect(found).toEqual(codes);
    });
  });

  describe('of an experiment', () => {
    const variants = (pinned: string) =>
      `variants: [{ id: 'a', subject: 'A', ${pinned} }, { id: 'b', subject: 'B', ${pinned} }]`;
    const goal = "goal: { event: 'project.shared' },";

    it.each([
      ['variants of an email that is sent once the goal is reached', variants(''), '', ['goal_first']],
      ['variants that are tried on a goal of their own', variants(''), goal, []],
      ['two variants for everybody', variants('pinned: true'), goal, ['variant_pinned']],
      ['a holdout from an email that is sent once the goal is reached', '', 'holdout: 0.1,', ['goal_first']],
    ])('%s: %#', async (...[, inEmail, inLoop, codes]) => {
      const text = RIGHT.replace(
        "type: 'email',",
        `type: 'email', ${inEmail === '' ? '' : `${inEmail},`}`,
      ).replace("type: 'activation',", `type: 'activation', ${inLoop}`);
      expect(await codesOf(text)).toEqual(codes);
    });
  });

  it('duplicate_id is named', async () => {
    const loop = RIGHT.slice(RIGHT.indexOf('defineLoop({'), RIGHT.lastIndexOf(';'));
    const twice = `import { defineLoop } from '@skene/sdk';\nexport default [${loop}, ${loop}];`;
    expect(await codesOf(twice)).toContain('duplicate_id');
  });
});

describe('docs/errors.md', () => {
  it('has every code of src/errors, and no other', () => {
    const source = readFileSync(new URL('../../../src/errors/codes.ts', import.meta.url), 'utf8');
    const documented = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
    const headings = [...documented.matchAll(/^`([A-Z_]+)`\. /gm)].map(([, code]) => code);
    expect(headings.sort()).toEqual([...new Set(codes)].sort());
  });
});
