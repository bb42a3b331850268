import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench, Size } from '../bench.ts';
import type { WorldTimes } from './measure-worlds.ts';

/** In how many processes, and how many worlds in each. */
const WORLDS: Readonly<Record<Size, { processes: number; each: number }>> = {
  smoke: { processes: 1, each: 3 },
  usual: { processes: 5, each: 22 },
  long: { processes: 10, each: 102 },
};

/** How long a test of a loop takes: in the first world of a process, in the second, and once the code is warm. */
export const worlds: Bench = {
  name: 'worlds',
  async run(size) {
    const { processes, each } = WORLDS[size];
    // One more than is counted: the first ever makes the cluster that all others copy.
    const all = Array.from({ length: processes + 1 }, () => measureWorlds(each)).slice(1);
    const places = [
      { world: 'the first of a process', times: all.flatMap((times) => times.slice(0, 1)) },
      { world: 'the second', times: all.flatMap((times) => times.slice(1, 2)) },
      { world: 'each further one', times: all.flatMap((times) => times.slice(2)) },
    ];
    return {
      tables: [
        {
          title: 'A loop in a world of the test kit, median and slowest in ms',
          columns: [
            { key: 'world', label: 'world' },
            { key: 'made', label: 'is there' },
            { key: 'met', label: 'a sign-up, what is waited for, the email' },
            { key: 'metMost', label: 'at most' },
            { key: 'timedOut', label: 'a sign-up, 30 days, the end' },
            { key: 'timedOutMost', label: 'at most' },
          ],
          rows: places.filter(({ times }) => times.length > 0).map(rowOf),
        },
      ],
    };
  },
};

function rowOf({ world, times }: { world: string; times: readonly WorldTimes[] }) {
  const sorted = (part: keyof WorldTimes): number[] => times.map((one) => one[part]).sort((a, b) => a - b);
  const median = (part: keyof WorldTimes): number => sorted(part)[Math.floor(times.length / 2)] ?? 0;
  const most = (part: keyof WorldTimes): number => sorted(part).at(-1) ?? 0;
  return {
    world,
    made: median('made'),
    met: median('met'),
    metMost: most('met'),
    timedOut: median('timedOut'),
    timedOutMost: most('timedOut'),
  };
}

/** In a process of its own, as a test runner has it. */
function measureWorlds(count: number): WorldTimes[] {
  const program = fileURLToPath(new URL('./measure-worlds.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', program, String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}.`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
