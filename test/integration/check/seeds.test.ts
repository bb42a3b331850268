import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const seeds = 'test/fixtures/seeds';

function check(file: string, ...flags: string[]) {
  const args = ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'check', join(seeds, file), ...flags];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', SKENE_FROM: 'Ada <ada@example.com>' },
  });
  return { output: stdout + stderr, stdout, status };
}

describe('skene check', () => {
  it.each([
    'fastapi-postgres.skene.config.ts',
    'next-planetscale-nextauth.skene.config.ts',
    'next-upstash-clerk.skene.config.ts',
    'mended/next-planetscale-clerk-stripe.skene.config.ts',
  ])('takes %s as it is', (file) => {
    const { output, status } = check(file);
    expect([status, output]).toEqual([0, expect.stringMatching(/is right\n/)]);
  });

  it('takes the retention loop, and says that nothing marks in the database who was mailed', () => {
    const { output, status } = check('nestjs-postgres-stripe.skene.config.ts');
    expect([status, output]).toEqual([0, expect.stringMatching(/is right: 1 warning\n/)]);
    expect(output).toMatch(/warning repeat_mailing\n/);
  });

  it('meets an unescaped apostrophe with its line, its column and the mend', () => {
    const file = 'next-planetscale-clerk-stripe.skene.config.ts';
    const { output, status } = check(file);
    expect(status).toBe(1);
    expect(output).toContain(`${file}:23:14 error syntax`);
    expect(output).toContain(`message: "You've reached your free tier limit. Upgrade to continue.",`);
    const { issues } = JSON.parse(check(file, '--json').stdout) as { issues: object[] };
    expect(issues).toMatchObject([{ code: 'syntax', line: 23, column: 14, severity: 'error' }]);
  });
});
