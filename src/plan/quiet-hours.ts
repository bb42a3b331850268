import type { QuietHours } from './plan.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

const clocks = new Map<string, Intl.DateTimeFormat | undefined>();

/**
 * When somebody's quiet hours end, in ms since the epoch, to the minute; `undefined` when they are not in them.
 * @param timezone the contact's own, as their row says it; UTC where it is none or not known.
 */
export function quietUntil(
  hours: QuietHours | undefined,
  { timezone, now }: { timezone: unknown; now: number },
): number | undefined {
  if (hours === undefined) return undefined;
  const { from, to } = hours;
  const minute = minuteOfDay(hours.timezone === 'contact' ? timezone : hours.timezone, now);
  const isQuiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return undefined;
  const left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
  return (Math.floor(now / MINUTE_MS) + left) * MINUTE_MS;
}

function minuteOfDay(timezone: unknown, now: number): number {
  const clock = clockOf(typeof timezone === 'string' ? timezone : 'UTC') ?? clockOf('UTC');
  const parts = clock?.formatToParts(now) ?? [];
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value('hour') * 60 + value('minute');
}

function clockOf(timezone: string): Intl.DateTimeFormat | undefined {
  if (clocks.has(timezone)) return clocks.get(timezone);
  let clock: Intl.DateTimeFormat | undefined;
  try {
    clock = new Intl.DateTimeFormat('en', {
      timeZone: timezone,
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  } catch {
    // What a user's row says need not be a time zone.
  }
  clocks.set(timezone, clock);
  return clock;
}
