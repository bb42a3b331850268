import { setTimeout as pause } from 'node:timers/promises';
import type { OpenEngine } from './engine.ts';
import {
  type LoadedEngine,
  live,
  measureLives,
  openLoaded,
  type Percentiles,
  percentiles,
  sendPaced,
  settledMemory,
  startWaiting,
} from './load.ts';

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

/** Runs the load against an engine. */
export async function measureEngine(open: OpenEngine, load: EngineLoad): Promise<EngineFigures> {
  const loaded = await openLoaded(open);
  await live(loaded, 'warm', { lives: load.warmUp, clients: load.clients });
  const lives = await measureLivesAndWork(loaded, load);
  const paced = await sendPaced(loaded, await startWaiting(loaded, 'paced', load.paced));
  const megabytesPer10kWaiting = await measureWaiting(loaded, load);
  const burst = await measureBursts(loaded, load);
  await loaded.engine.close();
  return { ...lives, paced, burst, megabytesPer10kWaiting };
}

async function measureLivesAndWork(loaded: LoadedEngine, load: EngineLoad) {
  const before = await loaded.engine.work();
  const lives = await measureLives(loaded, 'live', load);
  const after = await loaded.engine.work();
  const workPerRun = Object.fromEntries(
    Object.entries(after).map(([what, count]) => [what, (count - (before[what] ?? 0)) / load.lives]),
  );
  return { ...lives, workPerRun };
}

async function measureWaiting(loaded: LoadedEngine, { waiting }: EngineLoad): Promise<number> {
  const before = await settledMemory();
  await startWaiting(loaded, 'waiting', waiting);
  return ((await settledMemory()) - before) / waiting / 100;
}

/** Events all sent at once, to runs that wait among many; counted from when the first was sent. */
async function measureBursts(
  { engine, runs }: LoadedEngine,
  { burst, bursts }: EngineLoad,
): Promise<Percentiles> {
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
