import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { measure } from '../../scripts/size/measure.ts';
import type { Bench, Size, Table } from '../bench.ts';

const ROUNDS: Readonly<Record<Size, number>> = { smoke: 1, usual: 9, long: 25 };

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Each function, and what does the same by hand with the vendors' clients, where that is one file. */
const FUNCTIONS: ReadonlyArray<{ entry: string; byHand?: string; database?: string }> = [
  { entry: 'api/workflows/v1/[type].ts', byHand: 'workflow', database: 'neon' },
  { entry: 'api/events.ts', byHand: 'events' },
  { entry: 'api/gate.ts', byHand: 'gate', database: 'neon' },
  { entry: 'api/webhooks/[provider].ts', byHand: 'webhook', database: 'neon' },
  { entry: 'api/schedules/[task].ts', database: 'neon' },
  { entry: 'api/dashboard.ts', database: 'neon' },
  { entry: 'api/unsubscribe.ts' },
];

/** How long a process takes until a function or a command is there. */
export const startup: Bench = {
  name: 'startup',
  async run(size) {
    const functions = size === 'smoke' ? FUNCTIONS.slice(1, 2) : FUNCTIONS;
    return { tables: [await measureFunctions(functions, ROUNDS[size]), measureCommands(ROUNDS[size])] };
  },
};

/** Starts each program in turn, again and again, so that what else the machine does falls on all. The median of each, in ms. */
function medianTimes(programs: ReadonlyArray<readonly string[]>, rounds: number): number[] {
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

const ENVIRONMENT = {
  ...process.env,
  NO_COLOR: '1',
  QSTASH_TOKEN: 'token',
  QSTASH_URL: 'http://127.0.0.1:1',
};

async function measureFunctions(functions: typeof FUNCTIONS, rounds: number): Promise<Table> {
  // Below the root, so that what is not bundled is found.
  const folder = mkdtempSync(join(root, 'node_modules/.cache-bench-'));
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    const programs = [empty];
    for (const [index, { entry, byHand, database }] of functions.entries()) {
      programs.push(await bundle(join(root, entry), join(folder, `skene-${index}`), database));
      if (byHand !== undefined)
        programs.push(
          await bundle(join(root, handWritten(byHand)), join(folder, `by-hand-${index}`), undefined),
        );
    }
    const times = medianTimes(
      programs.map((program) => [program]),
      rounds,
    );
    const [nothing = 0] = times;
    const next = times.slice(1).map((time) => Math.max(0, time - nothing));
    const rows = [];
    for (const { entry, byHand, database } of functions) {
      const ours = await measure({ entry, database }, root);
      const ms = next.shift() ?? 0;
      const hand = byHand === undefined ? undefined : await measure({ entry: handWritten(byHand) }, root);
      const handMs = byHand === undefined ? null : (next.shift() ?? 0);
      rows.push({
        entry,
        ms,
        start: ours.atStart.gzip / 1000,
        reachable: ours.reachable.gzip / 1000,
        handMs,
        handStart: hand === undefined ? null : hand.atStart.gzip / 1000,
      });
    }
    return {
      title: 'Cold start of the functions, beside the same written by hand',
      columns: [
        { key: 'entry', label: 'function' },
        { key: 'ms', label: 'import, ms', digits: 1 },
        { key: 'handMs', label: 'by hand, ms', digits: 1 },
        { key: 'start', label: 'loaded at the start, kB gzipped' },
        { key: 'handStart', label: 'by hand, kB' },
        { key: 'reachable', label: 'with all it may load later, kB' },
      ],
      rows,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const handWritten = (name: string): string => `bench/startup/by-hand/${name}.ts`;

/** As a deployment bundles it; what stands behind an `import()` is a file of its own. Answers with the program. */
async function bundle(entry: string, outdir: string, database: string | undefined): Promise<string> {
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
    plugins: database === undefined ? [] : [withDatabase(database)],
    external: ['@react-email/render'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return join(outdir, 'main.mjs');
}

/** What `skene build` writes for a deployment whose database is known. */
function withDatabase(database: string): Plugin {
  const path = join(root, 'src/databases/open', `${database}.ts`);
  return {
    name: 'with-database',
    setup: ({ onResolve }) => onResolve({ filter: /\/compiled\/database\.ts$/ }, () => ({ path })),
  };
}

function measureCommands(rounds: number): Table {
  const cli = 'dist/src/cli/main.js';
  const commands = [
    { command: 'node, nothing else', args: ['-e', '0'] },
    { command: 'skene --help', args: [cli, '--help'] },
    { command: 'skene check', args: [cli, 'check'] },
    { command: 'skene plan', args: [cli, 'plan'] },
  ];
  const times = medianTimes(
    commands.map(({ args }) => args),
    rounds,
  );
  return {
    title: 'Commands, from start to end',
    columns: [
      { key: 'command', label: 'command' },
      { key: 'ms', label: 'ms' },
    ],
    rows: commands.map(({ command }, index) => ({ command, ms: times[index] ?? 0 })),
  };
}
