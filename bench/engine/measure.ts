import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, OpenEngine } from './engine.ts';
import { usage } from './processes.ts';

/** How much is measured. */
export interface EngineLoad {
  /** Runs before anything is measured. */
  warmUp: number;
  /** Runs from start to end, as many as there are clients at a time. */
  lives: number;
  clients: number;
  /** Events sent one at a time. */
  paced: number;
  /** Runs that wait at the same time. */
  waiting: number;
  /** Events sent at once, several times. */
  burst: number;
  bursts: number;
}

/** What was measured of one engine; times in ms. */
export interface EngineFigures {
  runsPerSecond: number;
  cpuMsPerRun: number;
  workPerRun: Record<string, number>;
  paced: Percentiles;
  burst: Percentiles;
  megabytesPer10kWaiting: number;
}

/** The middle, and what one in a hundred exceeds. */
export interface Percentiles {
  p50: number;
  p99: number;
}

/** How long after its first step a run's event is sent: by then it waits, in every engine. */
const BEFORE_EVENT_MS = 100;

/** How long a run may take to get on before the measurement is given up. */
const STUCK_MS = 120_000;

type Stage = 'stepped' | 'acted';

/** Runs the load against an engine. */
export async function measureEngine(open: OpenEngine, load: EngineLoad): Promise<EngineFigures> {
  const runs = createRuns();
  const engine = await open({
    stepped: (run) => runs.reach('stepped', run),
    acted: (run) => runs.reach('acted', run),
  });
  const bench = { engine, runs };
  await live(bench, 'warm', { lives: load.warmUp, clients: load.clients });
  const lives = await measureLives(bench, load);
  const paced = await measurePaced(bench, load.paced);
  const megabytesPer10kWaiting = await measureWaiting(bench, load);
  const burst = await measureBursts(bench, load);
  await engine.close();
  return { ...lives, paced, burst, megabytesPer10kWaiting };
}

interface Bench {
  engine: Engine;
  runs: ReturnType<typeof createRuns>;
}

/** Who waits for which run to get where. */
function createRuns() {
  const waiting = new Map<string, (at: number) => void>();
  return {
    reach(stage: Stage, run: string): void {
      const key = `${stage} ${run}`;
      waiting.get(key)?.(performance.now());
      waiting.delete(key);
    },
    /** Resolves with when a run got there, which it must not have yet. */
    reached(stage: Stage, run: string): Promise<number> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`run ${run} has not ${stage}`)), STUCK_MS);
        waiting.set(`${stage} ${run}`, (at) => {
          clearTimeout(timer);
          resolve(at);
        });
      });
    },
  };
}

/** Calls `work` for 0 to `count` - 1, at most `atOnce` at a time. */
async function each(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

/** Runs from start to end: each client starts one, waits for its first step, sends its event, and waits for the second step. */
async function live(
  { engine, runs }: Bench,
  name: string,
  { lives, clients }: { lives: number; clients: number },
) {
  await each(lives, clients, async (index) => {
    const run = `${name}-${index}`;
    const stepped = runs.reached('stepped', run);
    await engine.start(run);
    await stepped;
    await pause(BEFORE_EVENT_MS);
    const acted = runs.reached('acted', run);
    await engine.send(run);
    await acted;
  });
}

async function measureLives(bench: Bench, load: EngineLoad) {
  const workBefore = await bench.engine.work();
  const before = usage().cpuMs;
  const startedAt = performance.now();
  await live(bench, 'live', load);
  const elapsed = performance.now() - startedAt;
  const cpuMs = usage().cpuMs - before;
  const work = await bench.engine.work();
  return {
    runsPerSecond: (load.lives / elapsed) * 1000,
    cpuMsPerRun: cpuMs / load.lives,
    workPerRun: Object.fromEntries(
      Object.entries(work).map(([what, count]) => [what, (count - (workBefore[what] ?? 0)) / load.lives]),
    ),
  };
}

/** Starts runs and waits until all wait. */
async function startWaiting({ engine, runs }: Bench, name: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  await each(count, 100, async (index) => {
    const run = names[index] ?? '';
    const stepped = runs.reached('stepped', run);
    await engine.start(run);
    await stepped;
  });
  await pause(1_000);
  return names;
}

async function measurePaced(bench: Bench, count: number): Promise<Percentiles> {
  const times: number[] = [];
  for (const run of await startWaiting(bench, 'paced', count)) {
    const acted = bench.runs.reached('acted', run);
    const sentAt = performance.now();
    await bench.engine.send(run);
    times.push((await acted) - sentAt);
    await pause(5);
  }
  return percentiles(times);
}

async function measureWaiting(bench: Bench, { waiting }: EngineLoad): Promise<number> {
  const settled = async () => {
    globalThis.gc?.();
    await pause(500);
    globalThis.gc?.();
    return usage().memory;
  };
  const before = await settled();
  await startWaiting(bench, 'waiting', waiting);
  return ((await settled()) - before) / waiting / 100;
}

/** Events all sent at once, to runs that wait among many; counted from when the first was sent. */
async function measureBursts({ engine, runs }: Bench, { burst, bursts }: EngineLoad): Promise<Percentiles> {
  const times: number[] = [];
  for (let round = 0; round < bursts; round += 1) {
    const sentAt = performance.now();
    await Promise.all(
      Array.from({ length: burst }, async (_, index) => {
        const run = `waiting-${round * burst + index}`;
        const acted = runs.reached('acted', run);
        await engine.send(run);
        times.push((await acted) - sentAt);
      }),
    );
    await pause(500);
  }
  return percentiles(times);
}

function percentiles(times: number[]): Percentiles {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
