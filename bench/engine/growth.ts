import type { OpenEngine } from './engine.ts';
import {
  live,
  measureLives,
  openLoaded,
  type Percentiles,
  sendPaced,
  settledMemory,
  startWaiting,
} from './load.ts';

/** How much is measured, again at each number of waiting runs. */
export interface GrowthLoad {
  /** Runs before anything is measured. */
  warmUp: number;
  /** How many runs wait, from few to many. */
  waiting: readonly number[];
  /** Runs from start to end while those wait, as many as there are clients at a time. */
  lives: number;
  clients: number;
  /** Events sent one at a time, to runs spread over all that wait. */
  paced: number;
}

/** What was measured while so many runs waited. */
export interface GrowthFigures {
  waiting: number;
  runsPerSecond: number;
  cpuMsPerRun: number;
  paced: Percentiles;
  /** What they take beyond the engine at rest, of all its processes. */
  megabytes: number;
}

/** Lets more and more runs wait, and measures at each number of them. */
export async function measureGrowth(open: OpenEngine, load: GrowthLoad): Promise<GrowthFigures[]> {
  const loaded = await openLoaded(open);
  await live(loaded, 'warm', { lives: load.warmUp, clients: load.clients });
  const atRest = await settledMemory();
  const figures: GrowthFigures[] = [];
  let waiting: string[] = [];
  for (const count of load.waiting) {
    const begun = await startWaiting(loaded, `of-${count}`, count - waiting.length);
    waiting = [...waiting, ...begun];
    const megabytes = ((await settledMemory()) - atRest) / 1_000_000;
    const lives = await measureLives(loaded, `beside-${count}`, load);
    const chosen = new Set(spread(waiting, load.paced));
    const paced = await sendPaced(loaded, [...chosen]);
    waiting = waiting.filter((run) => !chosen.has(run));
    figures.push({ waiting: count, ...lives, paced, megabytes });
  }
  await loaded.engine.close();
  return figures;
}

/** So many of them, at equal distances. */
function spread(names: readonly string[], count: number): string[] {
  const distance = Math.max(1, names.length / count);
  return Array.from(
    { length: Math.min(count, names.length) },
    (_, index) => names[Math.floor(index * distance)] ?? '',
  );
}
