import { describe, expect, it } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const night = { from: 21 * 60, to: 8 * 60, timezone: 'contact' };
const until = (time: string, timezone: unknown, hours = night) => {
  const end = quietUntil(hours, { timezone, now: Date.parse(time) });
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('quietUntil', () => {
  it('is told by the clock of the contact', () => {
    expect(until('2026-11-20T09:00:00Z', 'Europe/Helsinki')).toBeUndefined();
    expect(until('2026-11-20T09:00:00Z', 'Pacific/Auckland')).toBe('2026-11-20T19:00:00.000Z');
    expect(until('2026-11-20T09:00:00Z', 'America/Los_Angeles')).toBe('2026-11-20T16:00:00.000Z');
  });

  it('includes the first minute and not the last, over midnight and within a day', () => {
    expect(until('2026-11-20T21:00:00Z', 'UTC')).toBe('2026-11-21T08:00:00.000Z');
    expect(until('2026-11-21T08:00:00Z', 'UTC')).toBeUndefined();
    const noon = { from: 12 * 60, to: 13 * 60, timezone: 'UTC' };
    expect(until('2026-11-20T12:30:30Z', 'Asia/Tokyo', noon)).toBe('2026-11-20T13:00:00.000Z');
    expect(until('2026-11-20T13:00:00Z', 'Asia/Tokyo', noon)).toBeUndefined();
  });

  it('takes UTC for a time zone that is none', () => {
    for (const timezone of [null, undefined, 'Mars/Olympus', 7])
      expect(until('2026-11-20T22:00:00Z', timezone)).toBe('2026-11-21T08:00:00.000Z');
  });

  it('is never where nothing was said', () => {
    expect(quietUntil(undefined, { timezone: 'UTC', now: 0 })).toBeUndefined();
  });
});
