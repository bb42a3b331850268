import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, OpenEngine } from './engine.ts';
import { usage } from './processes.ts';

/** The middle, and what one in a hundred exceeds, in ms. */
export interface Percentiles {
  p50: number;
  p99: number;
}

/** An engine, and who waits for which run to get where. */
export interface LoadedEngine {
  engine: Engine;
  runs: ReturnType<typeof createRuns>;
}

/** How long after its first step a run's event is sent: by then it waits, in every engine. */
const BEFORE_EVENT_MS = 100;

/** How long a run may take to get on before the measurement is given up. */
const STUCK_MS = 120_000;

type Stage = 'stepped' | 'acted';

/** Opens an engine to put load on. */
export async function openLoaded(open: OpenEngine): Promise<LoadedEngine> {
  const runs = createRuns();
  const engine = await open({
    stepped: (run) => runs.reach('stepped', run),
    acted: (run) => runs.reach('acted', run),
  });
  return { engine, runs };
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
export async function live(
  { engine, runs }: LoadedEngine,
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

/** The same, measured. */
export async function measureLives(
  loaded: LoadedEngine,
  name: string,
  load: { lives: number; clients: number },
): Promise<{ runsPerSecond: number; cpuMsPerRun: number }> {
  const before = usage().cpuMs;
  const startedAt = performance.now();
  await live(loaded, name, load);
  const elapsed = performance.now() - startedAt;
  return {
    runsPerSecond: (load.lives / elapsed) * 1000,
    cpuMsPerRun: (usage().cpuMs - before) / load.lives,
  };
}

/** Starts runs and waits until all wait; answers with their names. */
export async function startWaiting(
  { engine, runs }: LoadedEngine,
  name: string,
  count: number,
): Promise<string[]> {
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

/** Sends each of these runs its event, one at a time: how long until it acts on it. */
export async function sendPaced(
  { engine, runs }: LoadedEngine,
  waiting: readonly string[],
): Promise<Percentiles> {
  const times: number[] = [];
  for (const run of waiting) {
    const acted = runs.reached('acted', run);
    const sentAt = performance.now();
    await engine.send(run);
    times.push((await acted) - sentAt);
    await pause(5);
  }
  return percentiles(times);
}

/** The memory that is in use once what can be freed is, in bytes. */
export async function settledMemory(): Promise<number> {
  globalThis.gc?.();
  await pause(500);
  globalThis.gc?.();
  return usage().memory;
}

/** Sorts times and picks from them. */
export function percentiles(times: number[]): Percentiles {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
