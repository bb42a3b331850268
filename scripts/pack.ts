import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm pack` takes besides `dist/`, where it exists. */
const BESIDE_DIST = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/**
 * Builds the package of the repository at `root` from its sources into the folder `into`, without touching `dist/`, and packs it.
 * @returns the path of the tarball.
 * @throws Error with the compiler's output when the sources do not compile.
 */
export function packProject(root: string, into: string): string {
  const staging = join(into, 'staging');
  mkdirSync(staging, { recursive: true });
  for (const file of BESIDE_DIST) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(staging, file));
  }
  const compiler = join(root, 'node_modules/.bin/tsc');
  run(compiler, ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(staging, 'dist')], root);
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', into], staging);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  return join(into, filename);
}

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}
