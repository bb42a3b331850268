import { setTimeout as pause } from 'node:timers/promises';

/** Waits before each of a series, so that no more than `perSecond` begin in a second. */
export function createPace(perSecond: number): () => Promise<void> {
  const gapMs = 1_000 / perSecond;
  let next = 0;
  return async () => {
    const now = performance.now();
    const turn = Math.max(now, next);
    next = turn + gapMs;
    if (turn > now) await pause(turn - now);
  };
}
