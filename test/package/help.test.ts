import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `skene --help` has to load: the entry, and whatever it imports without waiting to be asked. */
it('skene --help loads no command, and no package but those it prints with', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unwritten',
    write: false,
    metafile: true,
  });
  const outputs = Object.entries(metafile.outputs);
  const start = outputs.find(([, { entryPoint }]) => entryPoint === 'src/cli/main.ts')?.[0] ?? '';
  const loaded = new Set([start]);
  const packages = new Set<string>();
  for (const path of loaded)
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') (external ? packages : loaded).add(next);
  const files = [...loaded].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));

  expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
    'commander',
    'picocolors',
  ]);
  expect(files).toContain('src/cli/table.ts');
  expect(files.filter((file) => !/^src\/(?:cli\/[^/]+|errors\/.+)\.ts$/.test(file))).toEqual([]);
});
