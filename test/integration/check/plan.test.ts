import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Deployment, PlanAction } from '../../../src/plan/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const seeds = 'test/fixtures/seeds';

function plan(file: string, flags: readonly string[] = [], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', 'plan', file, ...flags],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', ...env } },
  );
  return { stdout, stderr, status };
}

const wordFor = (action: PlanAction): string =>
  action.type === 'email' ? action.template : action.type === 'convert' ? 'count the conversion' : 'block';

const compiled = (file: string, env?: Record<string, string>) =>
  JSON.parse(plan(file, ['--json'], env).stdout) as Deployment;

describe('skene plan', () => {
  it.each([
    ['fastapi-postgres', 'activation', ['users', 'user_actions']],
    ['next-planetscale-nextauth', 'activation', ['users', 'user_actions']],
    ['next-upstash-clerk', 'activation', ['users', 'user_actions']],
    ['nestjs-postgres-stripe', 'retention', []],
    ['mended/next-planetscale-clerk-stripe', 'freemium', []],
  ])('shows what %s comes to, as text, JSON and a diagram', (name, type, tables) => {
    const file = `${seeds}/${name}.skene.config.ts`;
    const text = plan(file);
    expect([text.status, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/^A person gets at most \d+ emails in a day and \d+ in a week/m);
    expect(text.stdout).toMatch(/^Every run ends, the longest/m);
    const { plans, watches } = compiled(file);
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.every((one) => one.type === type)).toBe(true);
    expect(watches.map(({ table }) => table).sort()).toEqual([...tables].sort());
    for (const { loop, steps } of plans) {
      expect(text.stdout).toContain(loop);
      for (const { action } of steps) expect(text.stdout).toContain(wordFor(action));
    }
    const diagram = plan(file, ['--mermaid']).stdout;
    expect(diagram).toMatch(/^flowchart TD\n/);
    expect(unbalanced(diagram)).toEqual([]);
  });

  it('cuts waits to what the Upstash plan allows, as SKENE_LONGEST_WAIT says', () => {
    const file = `${seeds}/fastapi-postgres.skene.config.ts`;
    const longest = (env: Record<string, string>) => compiled(file, env).plans[0]?.longestWait;
    expect(longest({ SKENE_LONGEST_WAIT: '' })).toBe(7 * 86_400);
    expect(longest({ SKENE_LONGEST_WAIT: '365d' })).toBe(365 * 86_400);
    const { status, stderr } = plan(file, [], { SKENE_LONGEST_WAIT: 'a year' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/SKENE_LONGEST_WAIT is "a year", which is not a duration/),
    ]);
  });

  it('prints problems instead of a plan, and exits with 1', () => {
    const { stdout, stderr, status } = plan(`${seeds}/next-planetscale-clerk-stripe.skene.config.ts`, [
      '--json',
    ]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(':23:14 error syntax');
  });
});

/** Lines of a diagram in which a quote or a bracket is left open: Mermaid would refuse them. */
function unbalanced(diagram: string): string[] {
  return diagram.split('\n').filter((line) => {
    const outside = line.replace(/"[^"]*"/g, '');
    const count = (character: string) => outside.split(character).length;
    return (
      outside.includes('"') ||
      count('[') !== count(']') ||
      count('{') !== count('}') ||
      count('(') !== count(')')
    );
  });
}
