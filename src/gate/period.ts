import type { GateRule } from './rules.ts';

/** A stretch of time, ms since the epoch; `to` belongs to the next. */
export interface Stretch {
  from: number;
  to: number;
}

type CalendarUnit = Exclude<GateRule['period'], number | 'billing'>;

/** Whoever is billed by nobody gets periods of this length, in seconds, where a rule goes by the billing period. */
const BILLING_SECONDS = 30 * 86_400;
const HOUR_MS = 3_600_000;

/** The length of a rule's period in seconds, for `RateLimit-Policy` and for telling a burst from a quota. */
export function lengthOf({ from, to }: Stretch): number {
  return Math.round((to - from) / 1000);
}

/** A rule's period as the script reads it: `r` and a length in ms roll from the first use, `b` goes by the subscription, `c` is on the calendar. */
type PeriodWords = readonly [kind: 'r' | 'b' | 'c', from: string, to: string];

/** Says a rule's period at `now` (ms since the epoch); the calendar is looked at once a period. */
export function createPeriods(): (rule: GateRule, now: number) => PeriodWords {
  const known = new WeakMap<GateRule, Stretch>();
  return (rule, now) => {
    const { period, timezone } = rule;
    if (period === 'billing') return ['b', String(BILLING_SECONDS * 1000), '0'];
    if (typeof period === 'number') return ['r', String(period * 1000), '0'];
    let stretch = known.get(rule);
    if (stretch === undefined || now < stretch.from || now >= stretch.to) {
      stretch = calendarPeriod(period, timezone, now);
      known.set(rule, stretch);
    }
    return ['c', String(stretch.from), String(stretch.to)];
  };
}

/** The hour, day, week (from Monday), month or year of a time zone in which `now` (ms since the epoch) lies. */
export function calendarPeriod(unit: CalendarUnit, timezone: string, now: number): Stretch {
  const wall = now + offsetAt(now, timezone);
  if (unit === 'hour') {
    const from = now - (((wall % HOUR_MS) + HOUR_MS) % HOUR_MS);
    return { from, to: from + HOUR_MS };
  }
  const date = new Date(wall);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const monday = day - ((date.getUTCDay() + 6) % 7);
  const bounds: Record<Exclude<CalendarUnit, 'hour'>, [from: number, to: number]> = {
    day: [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)],
    week: [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)],
    month: [Date.UTC(year, month), Date.UTC(year, month + 1)],
    year: [Date.UTC(year, 0), Date.UTC(year + 1, 0)],
  };
  const [from, to] = bounds[unit];
  return { from: instantOf(from, timezone), to: instantOf(to, timezone) };
}

/** When a wall clock of the zone shows this; where it skips the time (the night summer time begins), just after. */
function instantOf(wall: number, timezone: string): number {
  const guess = wall - offsetAt(wall, timezone);
  const instant = wall - offsetAt(guess, timezone);
  return instant + offsetAt(instant, timezone) === wall ? instant : Math.max(guess, instant);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a zone's wall clock is ahead of UTC at `now`, in ms. */
function offsetAt(now: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  let format = formats.get(timezone);
  if (format === undefined) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-u-hc-h23', {
      ...digits,
      minute: 'numeric',
      second: 'numeric',
      timeZone: timezone,
    });
    formats.set(timezone, format);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(now)) parts[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(now / 1000) * 1000;
}
