import { Cron } from 'croner';

const DAY_MS = 86_400_000;

/**
 * How often a schedule comes round in so many days, from the first of January 2026. In UTC, as the time zone makes no difference to that
 * and croner takes forty times as long to reckon with one.
 */
export function ticksIn(days: number, cron: string): number {
  const schedule = new Cron(cron, { utcOffset: 0 });
  const begin = Date.UTC(2026, 0, 1);
  let ticks = 0;
  // Midnight itself is a tick of the first day.
  let tick = schedule.nextRun(new Date(begin - 1));
  while (tick !== null && tick.getTime() < begin + days * DAY_MS) {
    ticks += 1;
    tick = schedule.nextRun(tick);
  }
  return ticks;
}
