import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileConfig } from '../../src/compile/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import type { LoopInput } from '../../src/index.ts';
import type { Plot, Table } from '../bench.ts';
import { bundle, CLI, medianTimes, root } from './programs.ts';

/** Each step of a loop is taken by it. */
const FUNCTION = 'api/workflows/v1/[type].ts';

interface Row {
  loops: number;
  check: number;
  build: number;
  /** How much longer its import takes than that of an empty file. */
  importMs: number;
}

/** How long the commands and a cold start take as the loops of one config grow in number. */
export async function measureLoops(
  counts: readonly number[],
  rounds: number,
): Promise<{ table: Table; plot: Plot }> {
  // Below the root, so that what is not bundled is found.
  const folder = mkdtempSync(join(root, 'node_modules/.cache-bench-'));
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    const programs = [[empty]];
    for (const count of counts) {
      const project = join(folder, String(count));
      mkdirSync(project);
      const loops = Array.from({ length: count }, (_, index) => loopOf(index));
      write(project, 'skene.config.ts', `export default ${JSON.stringify({ loops })};`);
      const plans = compileConfig(resolveConfig({ loops }));
      const deployment = write(
        project,
        'deployment.ts',
        `export const deployment = ${JSON.stringify(plans)};`,
      );
      const compiled = join(project, 'compiled');
      const imported = await bundle(join(root, FUNCTION), join(project, 'bundle'), {
        database: 'neon',
        deployment,
      });
      programs.push([CLI, 'check', project], [CLI, 'build', project, '--out', compiled], [imported]);
    }
    const [nothing = 0, ...times] = medianTimes(programs, rounds);
    const rows = counts.map((loops, index): Row => {
      const [check = 0, build = 0, whole = 0] = times.slice(index * 3);
      return { loops, check, build, importMs: Math.max(0, whole - nothing) };
    });
    return { table: tableOf(rows), plot: plotOf(rows) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tableOf(rows: readonly Row[]): Table {
  return {
    title: 'With so many loops in one config',
    columns: [
      { key: 'loops', label: 'loops' },
      { key: 'check', label: 'skene check, ms' },
      { key: 'build', label: 'skene build, ms' },
      { key: 'importMs', label: `import of ${FUNCTION}, ms`, digits: 1 },
    ],
    rows: rows.map((row) => ({ ...row })),
  };
}

function plotOf(rows: readonly Row[]): Plot {
  const points = (key: 'check' | 'build' | 'importMs') => rows.map((row) => [row.loops, row[key]] as const);
  return {
    name: 'startup',
    title: 'Commands and cold start as the loops grow in number',
    x: 'loops in one config',
    y: 'ms',
    series: [
      { name: 'skene check', points: points('check') },
      { name: 'skene build', points: points('build') },
      { name: 'import of the function', points: points('importMs') },
    ],
  };
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${text}\n`);
  return path;
}

function loopOf(index: number): LoopInput & { id: string } {
  return {
    id: `loop-${index}`,
    type: 'activation',
    opinion: `Whoever takes step ${index} stays.`,
    steps: [
      {
        trigger: { type: 'database', table: 'users', event: 'insert' },
        condition: { type: 'event', name: `step.taken.${index}`, timeout: '1d' },
        action: {
          type: 'email',
          template: 'activation_welcome',
          personalization: { name: '{{user.name}}', activationLink: `https://app.example/${index}` },
        },
      },
    ],
  };
}
