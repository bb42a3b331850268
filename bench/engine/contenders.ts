import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GrowthFigures, GrowthLoad } from './growth.ts';
import type { EngineFigures, EngineLoad } from './measure.ts';

/** An engine that is measured. */
export interface Contender {
  name: string;
  /** The name in a plot. */
  short: string;
  /** From this folder. */
  module: string;
  /** The packages of bench/peers whose versions are told. */
  packages?: readonly string[];
  /** Of the load, what is enough for one that takes many times as long. */
  share?: number;
}

/** What is Skene's. */
export const OURS: readonly Contender[] = [
  {
    name: 'skene dev: its QStash, @upstash/workflow',
    short: 'skene dev: a bare workflow',
    module: 'upstash-workflow.ts',
  },
  {
    name: 'the same in two processes, over sockets',
    short: 'skene dev: in two processes',
    module: 'upstash-workflow-apart.ts',
  },
  {
    name: 'skene dev: a loop of Skene, all of it',
    short: 'skene dev: a loop of Skene',
    module: 'skene-loop.ts',
    share: 0.2,
  },
];

/** What it is measured beside: engines first, then queues. */
export const PEERS: readonly Contender[] = [
  {
    name: 'Restate',
    short: 'Restate',
    module: '../peers/restate.ts',
    packages: ['@restatedev/restate-server', '@restatedev/restate-sdk'],
  },
  { name: 'DBOS Transact', short: 'DBOS', module: '../peers/dbos.ts', packages: ['@dbos-inc/dbos-sdk'] },
  {
    name: 'graphile-worker (queue)',
    short: 'graphile-worker',
    module: '../peers/graphile-worker.ts',
    packages: ['graphile-worker'],
  },
  { name: 'BullMQ (queue)', short: 'BullMQ', module: '../peers/bullmq.ts', packages: ['bullmq'] },
];

/** Its name, with the versions of its packages. */
export function titleOf({ name, packages = [] }: Contender): string {
  return [name, packages.map((one) => versionOf(one)).join(', ')].filter(Boolean).join(' ');
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function versionOf(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(here('../peers/package.json'), 'utf8'));
  return String(dependencies[name]);
}

/** The peers are nobody's dependencies but the bench's own. */
export function installPeers(): void {
  const cwd = here('../peers');
  if (existsSync(`${cwd}/node_modules/.package-lock.json`)) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd, stdio: 'inherit' });
  if (status !== 0)
    throw new Error('The peers could not be installed: run `npm ci --ignore-scripts` in bench/peers.');
}

/** In a process of its own, so that one does not warm up or clutter another; `undefined` when it failed, which it has said why. */
export function measureLoad(contender: Contender, load: EngineLoad): Promise<EngineFigures | undefined> {
  return measureApart<EngineFigures>(contender, 'load', load);
}

/** The same with ever more runs that wait. */
export function measureGrowthOf(
  contender: Contender,
  load: GrowthLoad,
): Promise<GrowthFigures[] | undefined> {
  return measureApart<GrowthFigures[]>(contender, 'growth', load);
}

async function measureApart<TFigures>(
  { module }: Contender,
  what: string,
  load: EngineLoad | GrowthLoad,
): Promise<TFigures | undefined> {
  const program = here('./engine-process.ts');
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', program, here(module), what, JSON.stringify(load)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? JSON.parse(output.trim().split('\n').at(-1) ?? '') : undefined;
}
