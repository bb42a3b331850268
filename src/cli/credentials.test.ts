import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROCESSES = 3;
const CHANGES = 25;
/** Links folders one after the other, in the form of `skene login`. */
const linking = `
const { changeCredentials } = await import(${JSON.stringify(import.meta.resolve('./credentials.ts'))});
for (let index = 0; index < ${CHANGES}; index += 1)
  await changeCredentials((kept) => ({
    ...kept,
    projects: { ...kept.projects, ['/' + process.pid + '/' + index]: 'https://app.example.com/api' },
  }));
`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skene-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('what several processes add at once is all kept', { timeout: 60_000 }, async () => {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', linking];
  const env = { ...process.env, XDG_CONFIG_HOME: home };
  const running = Array.from({ length: PROCESSES }, () =>
    once(spawn(process.execPath, args, { env, stdio: 'inherit' }), 'exit'),
  );
  for (const [code] of await Promise.all(running)) expect(code).toBe(0);
  const kept = JSON.parse(readFileSync(join(home, 'skene/credentials.json'), 'utf8'));
  expect(Object.keys(kept.projects)).toHaveLength(PROCESSES * CHANGES);
  expect(readdirSync(join(home, 'skene'))).toEqual(['credentials.json']);
});
