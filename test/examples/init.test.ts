import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import type { Deployment } from '../../src/plan/index.ts';
import { checkProject } from '../../src/project/index.ts';
import { environmentOf } from './example.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(join(root, 'examples'));

/** What is made anew in a copy, or is too large for one. */
const LEFT_OUT = ['skene.config.ts', 'compiled', '.next', 'dist', '.skene'];

/** Builds and starts each app with the loops that were written for it: minutes, so not by itself. */
const isLong = process.env.SKENE_TEST_INIT === '1';
if (!isLong)
  console.warn(
    '\n*** NOT RUN: each example built and tested with the config that init wrote: SKENE_TEST_INIT=1 runs that.\n',
  );

describe('skene init in an example without its config', () => {
  let copies: string;
  beforeAll(async () => {
    // As deep as examples/, so that links to the SDK of this repository lead there.
    copies = mkdtempSync(join(root, 'examples-init-'));
    for (const name of examples) {
      const folder = join(copies, name);
      const original = join(root, 'examples', name);
      const isKept = (path: string) => {
        const entry = relative(original, path).split(sep)[0] ?? '';
        return !LEFT_OUT.includes(entry) && (isLong || entry !== 'node_modules');
      };
      cpSync(original, folder, {
        recursive: true,
        filter: isKept,
        verbatimSymlinks: true,
      });
      const silent = createTerminal({ stdout: { write: () => {} }, stderr: { write: () => {} }, env: {} });
      await run(['init', folder, '--yes'], { terminal: silent, version: '0' });
    }
  }, 300_000);
  afterAll(() => rmSync(copies, { recursive: true, force: true }));

  it.each(examples)('%s: writes the loop that was promised for it', async (name) => {
    const [written, promised] = await Promise.all(
      [join(copies, name), join(root, 'examples', name)].map((folder) => deploymentOf(folder, name)),
    );
    expect(meaningOf(written)).toEqual(meaningOf(promised));
  });

  it.runIf(isLong).each(examples)(
    '%s: its app passes its test with that loop',
    async (name) => {
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const args = [vitest, 'run', '--project', 'examples', `test/examples/${name}.test.ts`];
      const env = { ...process.env, SKENE_EXAMPLES: basename(copies), SKENE_TEST_INIT: '', NO_COLOR: '1' };
      const ended = await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch(
        (error) => error,
      );
      expect(`${ended.stdout}${ended.stderr}`).toMatch(/Tests +\d+ passed \(/);
    },
    600_000,
  );
});

/** The compiled loops of a folder, in the environment that the example is run in: it may say which database is meant. */
async function deploymentOf(folder: string, name: string): Promise<Deployment | undefined> {
  const hasVariables = existsSync(join(root, 'examples', name, '.env.example'));
  const env = { SKENE_FROM: 'a@example.com', ...(hasVariables ? environmentOf(name) : {}) };
  const { deployment, issues } = await checkProject({ file: folder, env });
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return deployment;
}

/** What a loop does. Its texts are a team's own: of an email only its template and the names of its values are compared. */
function meaningOf(deployment: Deployment | undefined) {
  const text = JSON.stringify(deployment?.plans, (key, value) => {
    if (key === 'hash') return undefined;
    if (key === 'upgradePrompt') return { template: value.template };
    return key === 'personalization' ? Object.keys(value) : value;
  });
  return JSON.parse(text);
}
