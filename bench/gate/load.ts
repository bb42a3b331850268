/** What a load came to; times are in ms. */
export interface Outcome {
  perSecond: number;
  p50: number;
  p99: number;
}

/** Each worker asks again as soon as it is answered. */
export async function closedLoop(
  work: (index: number) => Promise<unknown>,
  { calls, concurrency }: { calls: number; concurrency: number },
): Promise<Outcome> {
  const times = new Float64Array(calls);
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    for (let index = next++; index < calls; index = next++) {
      const from = performance.now();
      await work(index);
      times[index] = performance.now() - from;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outcomeOf(times, performance.now() - startedAt);
}

/**
 * Calls come independently of each other and of the answers, so many a second on average (a Poisson process), as requests of users do. Time is
 * counted from when a call was due: a load that cannot be kept up with is seen.
 */
export async function openLoop(
  work: (index: number) => Promise<unknown>,
  { perSecond, seconds, random }: { perSecond: number; seconds: number; random: () => number },
): Promise<Outcome> {
  const due: number[] = [];
  for (let at = 0; at < seconds * 1000; at += (-Math.log(1 - random()) * 1000) / perSecond) due.push(at);
  const times = new Float64Array(due.length);
  const startedAt = performance.now();
  const calls: Array<Promise<void>> = [];
  for (const [index, at] of due.entries()) {
    await reached(startedAt + at);
    calls.push(
      work(index).then(() => {
        times[index] = performance.now() - startedAt - at;
      }),
    );
  }
  await Promise.all(calls);
  return outcomeOf(times, performance.now() - startedAt);
}

async function reached(at: number): Promise<void> {
  while (performance.now() < at) {
    const left = at - performance.now();
    // A timer is up to a millisecond late: the last one is waited for turn by turn.
    await new Promise<void>((resolve) => {
      if (left > 2) setTimeout(resolve, left - 2);
      else setImmediate(resolve);
    });
  }
}

function outcomeOf(times: Float64Array, elapsed: number): Outcome {
  const sorted = times.slice().sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: (times.length / elapsed) * 1000, p50: at(0.5), p99: at(0.99) };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
