import type { Bench, Plot, Size } from '../bench.ts';
import { type Contender, installPeers, measureGrowthOf, OURS, PEERS, titleOf } from './contenders.ts';
import type { GrowthLoad } from './growth.ts';

const LOADS: Readonly<Record<Size, GrowthLoad>> = {
  smoke: { warmUp: 2, waiting: [5, 10], lives: 10, clients: 5, paced: 3 },
  usual: { warmUp: 500, waiting: [1_000, 3_000, 10_000], lives: 1_000, clients: 256, paced: 200 },
  long: { warmUp: 500, waiting: [1_000, 3_000, 10_000, 30_000], lives: 2_000, clients: 256, paced: 500 },
};

/** Those with durable runs that wait: in a queue there is only a job for later. */
const CONTENDERS: readonly Contender[] = [...OURS, ...PEERS.slice(0, 2)];

interface Row {
  engine: string;
  short: string;
  waiting: number;
  runsPerSecond: number;
  cpuMsPerRun: number;
  p50: number;
  p99: number;
  megabytes: number;
}

/** What an engine still does, and what it takes, while more and more runs wait for an event. */
export const waiting: Bench = {
  name: 'waiting',
  async run(size) {
    const contenders = size === 'smoke' ? CONTENDERS.slice(0, 1) : CONTENDERS;
    if (size !== 'smoke') installPeers();
    const rows: Row[] = [];
    for (const contender of contenders) {
      console.error(`waiting: ${contender.name}`);
      const figures = (await measureGrowthOf(contender, loadOf(contender, size))) ?? [];
      const names = { engine: titleOf(contender), short: contender.short };
      rows.push(...figures.map(({ paced, ...level }) => ({ ...names, ...level, ...paced })));
    }
    return {
      tables: [
        {
          title: 'While so many runs wait',
          columns: [
            { key: 'engine', label: 'engine' },
            { key: 'waiting', label: 'waiting' },
            { key: 'runsPerSecond', label: 'other runs/s' },
            { key: 'cpuMsPerRun', label: 'CPU ms per run', digits: 2 },
            { key: 'p50', label: 'event to act p50, ms', digits: 1 },
            { key: 'p99', label: 'p99', digits: 1 },
            { key: 'megabytes', label: 'MB' },
          ],
          rows: rows.map(({ short: _, ...row }) => row),
        },
      ],
      plots: [
        plotOf(rows, 'runsPerSecond', { name: 'waiting-runs', y: 'other runs per second' }),
        plotOf(rows, 'p50', { name: 'waiting-latency', y: 'ms from an event to the step it allows (p50)' }),
        plotOf(rows, 'megabytes', { name: 'waiting-memory', y: 'MB beyond the engine at rest' }),
      ],
    };
  },
};

function loadOf({ share = 1 }: Contender, size: Size): GrowthLoad {
  const load = LOADS[size];
  const part = (count: number): number => Math.ceil(count * share);
  return { ...load, warmUp: part(load.warmUp), lives: part(load.lives), waiting: load.waiting.map(part) };
}

function plotOf(
  rows: readonly Row[],
  key: 'runsPerSecond' | 'p50' | 'megabytes',
  { name, y }: Pick<Plot, 'name' | 'y'>,
): Plot {
  const engines = [...new Set(rows.map(({ short }) => short))];
  return {
    name,
    title: `While more runs wait: ${y}`,
    x: 'runs that wait',
    y,
    series: engines.map((engine) => ({
      name: engine,
      points: rows.filter((row) => row.short === engine).map((row) => [row.waiting, row[key]] as const),
    })),
  };
}
