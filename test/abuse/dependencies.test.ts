import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

interface Locked {
  version?: string;
  integrity?: string;
  dev?: boolean;
  link?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const { dependencies, devDependencies } = read('package.json') as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && !link,
);

/** Packages of development whose install scripts are known: what each does, read in its own source. */
const KNOWN_SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/esbuild':
    'puts its binary, which came as an optional package, in place of a script that starts it',
};

describe('the packages that are installed', () => {
  it('run nothing when the package is installed in an app', () => {
    const scripts = installed.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
    expect(scripts.map(([path]) => path)).toEqual([]);
  });

  it('run nothing unknown when this repository is installed', () => {
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(
      scripts.filter((path) => !Object.hasOwn(KNOWN_SCRIPTS, path) && !/\/fsevents$/.test(path)),
    ).toEqual([]);
  });

  it('say of themselves what the lock says', () => {
    const wrong = installed.filter(([path, { hasInstallScript }]) => {
      const manifest = join(path, 'package.json');
      if (!existsSync(join(root, manifest))) return false;
      const { scripts = {} } = read(manifest) as { scripts?: Record<string, string> };
      return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts) && !hasInstallScript;
    });
    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it('are those that the lock holds by their hash, in exactly one version', () => {
    expect(
      installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path),
    ).toEqual([]);
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
