import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = 'src/cli/main.ts';
/** What a help is printed with. */
const PACKAGES = ['commander', 'picocolors'];
/** What is said in a help and belongs to other rooms: constants that import nothing. */
const CONSTANTS = /^src\/(?:config\/duration|dev\/ports|estimate\/traffic|operations\/usual-events)\.ts$/;

let outputs: Metafile['outputs'];
beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unwritten',
    write: false,
    metafile: true,
  });
  outputs = metafile.outputs;
});

/** What loading a file loads: itself, and whatever is imported without waiting to be asked. */
function loadedBy(file: string): { files: string[]; packages: string[] } {
  const start = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === file)?.[0] ?? '';
  const loaded = new Set([start]);
  const packages = new Set<string>();
  for (const path of loaded)
    for (const { path: next, kind, external } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement') (external ? packages : loaded).add(next);
  return {
    files: [...loaded].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})),
    packages: [...packages].filter((name) => !name.startsWith('node:')).sort(),
  };
}

it('skene --help loads no command, and no package but those it prints with', () => {
  const { files, packages } = loadedBy(entry);

  expect(packages).toEqual(PACKAGES);
  expect(files).toContain('src/cli/table.ts');
  expect(files.filter((file) => !/^src\/(?:cli\/[^/]+|errors\/.+)\.ts$/.test(file))).toEqual([]);
});

it('only what runs the local stack loads it', () => {
  const handlers = Object.values(outputs).flatMap(({ entryPoint = '' }) =>
    entryPoint.startsWith('src/cli/handlers/') ? [entryPoint] : [],
  );
  const loading = handlers.filter((file) => loadedBy(file).files.includes('src/dev/stack.ts'));
  expect(loading.sort()).toEqual(['src/cli/handlers/backtest.ts', 'src/cli/handlers/dev.ts']);
});

describe('skene <command> --help loads what the command takes, and nothing that it works with', () => {
  it.each(Object.keys(COMMANDS))('%s', (name) => {
    const file = `src/cli/commands/${name}.ts`;
    const { files, packages } = loadedBy(file);

    expect(files).toContain(file);
    expect(packages.filter((one) => !PACKAGES.includes(one))).toEqual([]);
    expect(files.filter((one) => !/^src\/(?:cli|errors)\//.test(one) && !CONSTANTS.test(one))).toEqual([]);
  });
});
