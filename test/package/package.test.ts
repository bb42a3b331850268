import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packProject } from '../../scripts/pack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  bin: { skene: string };
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
};
/** What an app may import; where a pattern stands for several, the first of them stands for all. */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace('*', 'postgres'));
/** What only a runner of tests can import. */
const MATCHERS = './testing/vitest';

/** What an app with `./nest` has, and one that tests with fast-check. */
const PEERS = ['@nestjs/common', '@nestjs/core', 'rxjs', 'fast-check'];

/** A project with the packed package in its `node_modules`, and what that depends on, and nothing else. */
let project: string;
let packed: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'skene-installed-'));
  const tarball = packProject(root, project);
  packed = join(project, 'node_modules/@skene/sdk');
  mkdirSync(packed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', packed, '--strip-components=1']);
  for (const name of [...Object.keys(manifest.dependencies), ...PEERS, '@types/node']) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, text: string): string {
  writeFileSync(join(project, file), text);
  return file;
}

function node(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
}

function typeCheck(file: string, ...options: readonly string[]): string {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--types', 'node'];
  try {
    return node(compiler, ...strict, ...options, file);
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const specifierOf = (entry: string) => `@skene/sdk${entry.slice(1)}`;

const LOOP =
  "{ type: 'activation', opinion: 'Early.', steps: [{ action: { type: 'custom', name: 'greet' } }] }";

describe('the packed package', () => {
  it('brings its license, its readme and its changes', () => {
    expect(readdirSync(packed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
    ]);
  });

  it('brings no tests, no TypeScript sources and no emptiness', () => {
    const files = readdirSync(join(packed, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('src/index.js');
    expect(files.filter((file) => /\.test\.|(?<!\.d)\.tsx?$/.test(file))).toEqual([]);
  });

  it.each(entries.filter((entry) => entry !== MATCHERS))('%s exports these names', (entry) => {
    const file = write(
      'names.mjs',
      `console.log(Object.keys(await import('${specifierOf(entry)}')).sort().join('\\n'));`,
    );
    expect(node(file)).toMatchSnapshot();
  });

  it('gives CommonJS on Node 20.19 and later the same function', () => {
    const file = write(
      'both.cjs',
      `const sdk = require('@skene/sdk');
       import('@skene/sdk').then((esm) => console.log(typeof sdk.defineLoop, sdk.defineLoop === esm.defineLoop));`,
    );
    expect(node(file)).toContain('function true');
  });

  it('reaches none of its dependencies when an app imports it', () => {
    for (const name of Object.keys(manifest.dependencies)) rmSync(join(project, 'node_modules', name));
    try {
      const file = write(
        'alone.mjs',
        "import * as sdk from '@skene/sdk'; console.log(typeof sdk.defineLoop);",
      );
      expect(node(file)).toBe('function\n');
    } finally {
      for (const name of Object.keys(manifest.dependencies))
        symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    }
  });

  it.each([
    ['an ES module', 'app.mts', ['--module', 'nodenext']],
    ['a CommonJS module', 'app.cts', ['--module', 'nodenext']],
    ['a bundled app', 'app.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('has types for %s', (_, file, options) => {
    write(
      file,
      `import { defineLoop } from '@skene/sdk';\nexport const loop: { type: string } = defineLoop(${LOOP});\n`,
    );
    expect(typeCheck(file, ...options)).toBe('');
    write(file, "import { defineLoop } from '@skene/sdk';\nexport const loop = defineLoop({ type: 1 });\n");
    expect(typeCheck(file, ...options)).toContain('error TS2322');
  });

  it("has a test kit that runs an app's loops in the app's own vitest", () => {
    symlinkSync(join(root, 'node_modules/vitest'), join(project, 'node_modules/vitest'));
    write(
      'loops.test.mjs',
      `import { expect, test } from 'vitest';
       import '@skene/sdk/testing/vitest';
       import { createWorld } from '@skene/sdk/testing';
       test('welcomes', async () => {
         const action = { type: 'email', template: 'activation_welcome', personalization: { name: '{{user.name}}', activationLink: 'https://x.example' } };
         const config = { type: 'activation', opinion: 'At once.', steps: [{ trigger: { type: 'database', table: 'users', event: 'insert' }, action }] };
         const world = await createWorld({ config });
         const ada = await world.signUp();
         expect(world).toHaveEmailed(ada.email, { times: 1 });
         expect(() => expect(world).toHaveEmailed('bob@example.com')).toThrow('In the inbox:');
         await world.close();
       });`,
    );
    const vitest = join(project, 'node_modules/vitest/vitest.mjs');
    const { stdout } = spawnSync(
      process.execPath,
      [vitest, 'run', '--root', project, '--reporter', 'json', '--testTimeout', '60000'],
      {
        encoding: 'utf8',
      },
    );
    expect(stdout).toContain('"numPassedTests":1');
  });

  it('has a command that starts and says its version', () => {
    expect(node(join(packed, manifest.bin.skene), '--version')).toContain(manifest.version);
  });
});
