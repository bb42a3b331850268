import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../../scripts/size/measure.ts';
import type { Bench, Size, Table } from '../bench.ts';
import { measureLoops } from './growth.ts';
import { bundle, CLI, medianTimes, root } from './programs.ts';

const LOOPS: Readonly<Record<Size, readonly number[]>> = {
  smoke: [1],
  usual: [5, 50, 500],
  long: [1, 5, 50, 500, 1_000],
};

const ROUNDS: Readonly<Record<Size, number>> = { smoke: 1, usual: 9, long: 25 };

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

/** How long a process takes until a function or a command is there, and how that grows with the loops of a config. */
export const startup: Bench = {
  name: 'startup',
  async run(size) {
    const functions = size === 'smoke' ? FUNCTIONS.slice(1, 2) : FUNCTIONS;
    const started = await measureFunctions(functions, ROUNDS[size]);
    const { table, plot } = await measureLoops(LOOPS[size], ROUNDS[size]);
    return { tables: [started, measureCommands(ROUNDS[size]), table], plots: [plot] };
  },
};

async function measureFunctions(functions: typeof FUNCTIONS, rounds: number): Promise<Table> {
  // Below the root, so that what is not bundled is found.
  const folder = mkdtempSync(join(root, 'node_modules/.cache-bench-'));
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    const programs = [empty];
    for (const [index, { entry, byHand, database }] of functions.entries()) {
      programs.push(await bundle(join(root, entry), join(folder, `skene-${index}`), { database }));
      if (byHand !== undefined)
        programs.push(await bundle(join(root, handWritten(byHand)), join(folder, `by-hand-${index}`)));
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

function measureCommands(rounds: number): Table {
  const commands = [
    { command: 'node, nothing else', args: ['-e', '0'] },
    { command: 'skene --help', args: [CLI, '--help'] },
    { command: 'skene check', args: [CLI, 'check'] },
    { command: 'skene plan', args: [CLI, 'plan'] },
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
