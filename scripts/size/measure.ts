import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild';

/** What a part of a bundle weighs, in bytes. */
export interface Weight {
  minified: number;
  gzip: number;
  /** Minified weight by package; our own sources are under `.`. The heaviest comes first. */
  packages: ReadonlyMap<string, number>;
}

/** What is measured. */
export interface Entry {
  /** Relative to the root, with `/`. */
  entry: string;
  /** The provider whose driver the build gives it, where it asks a database: a file of `src/databases/open/`. */
  database?: string | undefined;
  /** Files that are left out, with all that only they reach. */
  without?: readonly string[] | undefined;
}

/** What one entry weighs once bundled for Node. */
export interface Measurement extends Entry {
  /** Everything that can be reached, `import()` included. */
  reachable: Weight;
  /** What is loaded before the first request: what stands behind an `import()` is left out. */
  atStart: Weight;
}

/**
 * Bundles `entry` as a deployment would at the least need it: for Node, with all packages, `node:*` left out.
 * Throws esbuild's error when something cannot be resolved.
 */
export async function measure({ entry, database, without = [] }: Entry, root: string): Promise<Measurement> {
  const { metafile, outputFiles } = await build({
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    outdir: resolve(root, 'unwritten'),
    write: false,
    bundle: true,
    minify: true,
    metafile: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['node:*'],
    tsconfigRaw: {},
    plugins: [withDatabase(database, root), withoutFiles(without, root), withoutReact, withoutMissingPlans],
    logLevel: 'silent',
  });
  const sizes = new Map(
    outputFiles.map((file) => [
      outputName(file, root),
      { minified: file.contents.length, gzip: gzipSync(file.contents).length },
    ]),
  );
  const weigh = (names: readonly string[]): Weight => ({
    minified: sum(names.map((name) => sizes.get(name)?.minified ?? 0)),
    gzip: sum(names.map((name) => sizes.get(name)?.gzip ?? 0)),
    packages: packagesOf(names, metafile),
  });
  return {
    entry,
    database,
    without,
    reachable: weigh([...sizes.keys()]),
    atStart: weigh(loadedAtStart(entry, metafile)),
  };
}

function outputName(file: OutputFile, root: string): string {
  return relative(root, file.path).split(sep).join('/');
}

/** The entry's own chunk and those it imports; chunks behind an `import()` are left out. */
function loadedAtStart(entry: string, { outputs }: Metafile): string[] {
  const loaded = new Set<string>();
  const load = (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) if (kind !== 'dynamic-import') load(path);
  };
  for (const [name, { entryPoint }] of Object.entries(outputs)) if (entryPoint === entry) load(name);
  return [...loaded];
}

function packagesOf(names: readonly string[], { outputs }: Metafile): Map<string, number> {
  const weights = new Map<string, number>();
  for (const output of names)
    for (const [path, { bytesInOutput }] of Object.entries(outputs[output]?.inputs ?? {})) {
      const name = packageOf(path);
      weights.set(name, (weights.get(name) ?? 0) + bytesInOutput);
    }
  return new Map([...weights].sort(([, left], [, right]) => right - left));
}

/** The package a bundled file comes from: what follows its last `node_modules/`. */
function packageOf(path: string): string {
  const inside = path.split('node_modules/').at(-1) ?? path;
  if (inside === path) return '.';
  return inside.split('/', inside.startsWith('@') ? 2 : 1).join('/');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What `skene build` writes into `compiled/database.ts` for a deployment whose database is known. */
function withDatabase(database: string | undefined, root: string): Plugin {
  return {
    name: 'with-database',
    setup({ onResolve }) {
      if (database === undefined) return;
      const path = resolve(root, 'src/databases/open', `${database}.ts`);
      onResolve({ filter: /\/compiled\/database\.ts$/ }, () => ({ path }));
    },
  };
}

function withoutFiles(files: readonly string[], root: string): Plugin {
  return {
    name: 'without-files',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
        files.includes(relative(root, resolve(resolveDir, path)).split(sep).join('/'))
          ? { path, external: true }
          : undefined,
      );
    },
  };
}

/**
 * Resend's client renders React elements by an `import('@react-email/render')` that Skene never leads it to (a test keeps
 * watch). Where a deployment has component templates, they reach React themselves, and it counts.
 */
const withoutReact: Plugin = {
  name: 'without-react',
  setup({ onResolve }) {
    onResolve({ filter: /^@react-email\/render$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]resend[\\/]/.test(importer) ? { path, external: true } : undefined,
    );
  },
};

/** `compiled/` is made by the build; before the first one, functions are measured without it. */
const withoutMissingPlans: Plugin = {
  name: 'without-missing-plans',
  setup({ onResolve }) {
    onResolve({ filter: /\/compiled\// }, ({ path, resolveDir }) =>
      existsSync(resolve(resolveDir, path)) ? undefined : { path, external: true },
    );
  },
};
