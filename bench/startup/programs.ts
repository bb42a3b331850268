import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** The repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** The command line as it is published: `npm run build` makes it. */
export const CLI = 'dist/src/cli/main.js';

const ENVIRONMENT = {
  ...process.env,
  NO_COLOR: '1',
  QSTASH_TOKEN: 'token',
  QSTASH_URL: 'http://127.0.0.1:1',
};

/** Starts each program in turn, again and again, so that what else the machine does falls on all. The median of each, in ms. */
export function medianTimes(programs: ReadonlyArray<readonly string[]>, rounds: number): number[] {
  const times = programs.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, args] of programs.entries()) {
      const startedAt = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: 'utf8',
        env: ENVIRONMENT,
      });
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
      // The first round fills the caches of the file system.
      if (round > 0) times[index]?.push(performance.now() - startedAt);
    }
  return times.map((one) => one.sort((a, b) => a - b)[Math.floor(one.length / 2)] ?? 0);
}

/** What `skene build` makes of a deployment. */
export interface Compiled {
  /** The provider whose driver is bundled. */
  database?: string | undefined;
  /** The file with the plans; those of the repository unless told. */
  deployment?: string;
}

/** As a deployment bundles it; what stands behind an `import()` is a file of its own. Answers with the program. */
export async function bundle(entry: string, outdir: string, compiled: Compiled = {}): Promise<string> {
  await build({
    entryPoints: { main: entry },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [withCompiled(compiled)],
    external: ['@react-email/render'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return join(outdir, 'main.mjs');
}

function withCompiled({ database, deployment }: Compiled): Plugin {
  const driver = database === undefined ? undefined : join(root, 'src/databases/open', `${database}.ts`);
  return {
    name: 'with-compiled',
    setup({ onResolve }) {
      for (const [name, path] of Object.entries({ database: driver, deployment }))
        if (path !== undefined)
          onResolve({ filter: new RegExp(`/compiled/${name}\\.ts$`) }, () => ({ path }));
    },
  };
}
