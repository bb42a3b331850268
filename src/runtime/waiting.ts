import type { PlanCondition } from '../plan/index.ts';

/** How long a run sleeps next, in whole seconds, and whether its time is up already. */
export interface Pause {
  seconds: number;
  /** Until the time is up, however many pauses that takes. */
  secondsLeft: number;
  isOver: boolean;
}

/** QStash counts in seconds, so a timer may ring this much before our own clock says so. */
const ROUNDING_MS = 2_000;

/**
 * The next pause of a wait: until its timeout, or, where no event can tell, the next check; never longer than the Upstash plan allows.
 * Times are ms since the epoch, `longestWait` is in seconds.
 */
export function nextPause(
  condition: PlanCondition | undefined,
  wait: { since: number; now: number; longestWait: number },
): Pause {
  const timeout = condition !== undefined && 'timeout' in condition ? condition.timeout : 0;
  const elapsedMs = wait.now - wait.since;
  const isOver = elapsedMs >= timeout * 1000 - ROUNDING_MS;
  const checks = condition?.type === 'query' ? condition.checks : [];
  const next = checks.find((check) => check * 1000 > elapsedMs + ROUNDING_MS) ?? timeout;
  const seconds = Math.max(1, Math.min(Math.ceil(next - elapsedMs / 1000), wait.longestWait));
  return { seconds, secondsLeft: Math.max(0, Math.ceil(timeout - elapsedMs / 1000)), isOver };
}
