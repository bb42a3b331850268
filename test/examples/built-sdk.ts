import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Before the tests of the examples, which have the package as their users have it: compiled. Compiles it where sources are newer. */
export function setup(): void {
  const built = join(root, 'dist/src/index.js');
  const isFresh = existsSync(built) && statSync(built).mtimeMs > Math.max(...sources().map(changedAt));
  if (isFresh) return;
  try {
    execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch (error) {
    throw new Error(`The package does not compile:\n${(error as { stdout: string }).stdout}`, {
      cause: error,
    });
  }
}

function sources(): string[] {
  return ['src', 'workflows', 'tsconfig.build.json', 'package.json'].flatMap((name) => {
    const path = join(root, name);
    if (statSync(path).isFile()) return [path];
    const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return inside.filter((file) => !file.includes('.test.')).map((file) => join(path, file));
  });
}

const changedAt = (file: string): number => statSync(file).mtimeMs;
