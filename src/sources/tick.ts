import type { SkeneEvent } from '../events/index.ts';
import { type Plan, tickEventType } from '../plan/index.ts';

/** How far ahead of our clock QStash's may be. */
const SKEW_MS = 30_000;

/**
 * The event of a schedule's latest tick. Its id follows from when the tick was due and not from when it arrived, so that one that comes
 * twice, or late, is the same event. `undefined` for a plan that no schedule starts, and before the first tick there ever was.
 * @param now ms since the epoch.
 */
export async function tickEvent(plan: Plan, now: number): Promise<SkeneEvent | undefined> {
  if (plan.trigger.type !== 'schedule') return undefined;
  const { cron, timezone } = plan.trigger;
  const { Cron } = await import('croner');
  const schedule = new Cron(cron, { timezone, mode: '5-part', paused: true });
  const [due] = schedule.previousRuns(1, new Date(now + SKEW_MS));
  if (due === undefined) return undefined;
  const time = due.toISOString();
  const type = tickEventType(plan);
  return { specversion: '1.0', id: `${type}@${time}`, source: '/schedules', type, time };
}
