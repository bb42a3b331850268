import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bench, Size } from '../bench.ts';
import type { EngineFigures, EngineLoad } from './measure.ts';

interface Contender {
  name: string;
  /** From this folder. */
  module: string;
  /** The packages of bench/peers whose versions are told. */
  packages?: readonly string[];
  /** Of the load, what is enough for one that takes many times as long. */
  share?: number;
}

const OURS: readonly Contender[] = [
  { name: 'skene dev: its QStash, @upstash/workflow', module: 'upstash-workflow.ts' },
  { name: 'the same in two processes, over sockets', module: 'upstash-workflow-apart.ts' },
  { name: 'skene dev: a loop of Skene, all of it', module: 'skene-loop.ts', share: 0.2 },
];

const PEERS: readonly Contender[] = [
  {
    name: 'Restate',
    module: '../peers/restate.ts',
    packages: ['@restatedev/restate-server', '@restatedev/restate-sdk'],
  },
  { name: 'DBOS Transact', module: '../peers/dbos.ts', packages: ['@dbos-inc/dbos-sdk'] },
  {
    name: 'graphile-worker (queue)',
    module: '../peers/graphile-worker.ts',
    packages: ['graphile-worker'],
  },
  { name: 'BullMQ (queue)', module: '../peers/bullmq.ts', packages: ['bullmq'] },
];

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
      const figures = await measureApart(contender, loadOf(contender, size));
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
  return { ...load, warmUp: part(load.warmUp), lives: part(load.lives), waiting: part(load.waiting) };
}

function rowOf({ name, packages = [] }: Contender, figures: EngineFigures) {
  const { runsPerSecond, cpuMsPerRun, paced, burst, megabytesPer10kWaiting, workPerRun } = figures;
  const versions = packages.map((one) => versionOf(one)).join(', ');
  return {
    engine: versions === '' ? name : `${name} ${versions}`,
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

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function versionOf(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(here('../peers/package.json'), 'utf8'));
  return String(dependencies[name]);
}

/** The peers are nobody's dependencies but the bench's own. */
function installPeers(): void {
  const cwd = here('../peers');
  if (existsSync(`${cwd}/node_modules/.package-lock.json`)) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd, stdio: 'inherit' });
  if (status !== 0)
    throw new Error('The peers could not be installed: run `npm ci --ignore-scripts` in bench/peers.');
}

/** In a process of its own, so that one does not warm up or clutter another; `undefined` when it failed, which it has said why. */
async function measureApart({ module }: Contender, load: EngineLoad): Promise<EngineFigures | undefined> {
  const program = here('./engine-process.ts');
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', program, here(module), JSON.stringify(load)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? JSON.parse(output.trim().split('\n').at(-1) ?? '') : undefined;
}
