import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packProject } from './pack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skene-package-'));

/** The package is for ES modules; Node 20.19 and later can `require()` those, which attw does not know. */
const CHECKS = [
  ['publint', '--strict'],
  ['attw', '--profile', 'esm-only'],
];

try {
  const tarball = packProject(root, folder);
  for (const [tool = '', ...options] of CHECKS) {
    const { status } = spawnSync(join(root, 'node_modules/.bin', tool), [tarball, ...options], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
