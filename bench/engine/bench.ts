import type { Bench, Size } from '../bench.ts';
import { type Contender, installPeers, measureLoad, OURS, PEERS, titleOf } from './contenders.ts';
import type { EngineFigures, EngineLoad } from './measure.ts';

const LOADS: Readonly<Record<Size, EngineLoad>> = {
  smoke: { warmUp: 2, lives: 10, clients: 5, paced: 3, waiting: 5, burst: 2, bursts: 1 },
  usual: { warmUp: 500, lives: 3_000, clients: 256, paced: 200, waiting: 5_000, burst: 100, bursts: 5 },
  long: { warmUp: 500, lives: 10_000, clients: 256, paced: 500, waiting: 20_000, burst: 100, bursts: 20 },
};

/** Runs to their end per second, from an event to the step it allows, and what waiting takes, beside other engines on the same machine. */
export const engine: Bench = {
  name: 'engine',
  async run(size) {
    const contenders = size === 'smoke' ? OURS.slice(0, 1) : [...OURS, ...PEERS];
    if (contenders.includes(PEERS[0] as Contender)) installPeers();
    const rows = [];
    for (const contender of contenders) {
      console.error(`engine: ${contender.name}`);
      const figures = await measureLoad(contender, loadOf(contender, size));
      rows.push(figures === undefined ? { engine: contender.name } : rowOf(contender, figures));
    }
    return {
      tables: [
        {
          title: 'A step, a wait for an event, a second step',
          columns: [
            { key: 'engine', label: 'engine' },
            { key: 'runsPerSecond', label: 'runs/s' },
            { key: 'cpuMs', label: 'CPU ms per run', digits: 2 },
            { key: 'pacedP50', label: 'event to act p50, ms', digits: 1 },
            { key: 'pacedP99', label: 'p99', digits: 1 },
            { key: 'burstP50', label: '100 events at once p50, ms', digits: 0 },
            { key: 'burstP99', label: 'p99', digits: 0 },
            { key: 'memory', label: 'MB per 10,000 waiting' },
            { key: 'work', label: 'work per run' },
          ],
          rows,
        },
      ],
    };
  },
};

function loadOf({ share = 1 }: Contender, size: Size): EngineLoad {
  const load = LOADS[size];
  const part = (count: number): number => Math.ceil(count * share);
  // As many wait with each: of few, what they take could not be told from what has been freed and not given back.
  return { ...load, warmUp: part(load.warmUp), lives: part(load.lives) };
}

function rowOf(contender: Contender, figures: EngineFigures) {
  const { runsPerSecond, cpuMsPerRun, paced, burst, megabytesPer10kWaiting, workPerRun } = figures;
  return {
    engine: titleOf(contender),
    runsPerSecond,
    cpuMs: cpuMsPerRun,
    pacedP50: paced.p50,
    pacedP99: paced.p99,
    burstP50: burst.p50,
    burstP99: burst.p99,
    memory: megabytesPer10kWaiting,
    work: Object.entries(workPerRun)
      .map(([what, count]) => `${count.toFixed(1)} ${what}`)
      .join(', '),
  };
}
