import { describe, expect, it } from 'vitest';
import { calendarPeriod, createPeriods } from './period.ts';

const at = (text: string) => Date.parse(text);
const shown = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((time) => new Date(time).toISOString().replace('.000', ''));

describe('a period of the calendar', () => {
  it.each([
    ['hour', 'UTC', '2026-03-05T10:59:59.999Z', '2026-03-05T10:00:00Z', '2026-03-05T11:00:00Z'],
    ['hour', 'Asia/Kolkata', '2026-03-05T10:00:00Z', '2026-03-05T09:30:00Z', '2026-03-05T10:30:00Z'],
    ['day', 'UTC', '2026-03-05T00:00:00Z', '2026-03-05T00:00:00Z', '2026-03-06T00:00:00Z'],
    ['day', 'America/New_York', '2026-03-08T12:00:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
    ['day', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
    ['week', 'UTC', '2026-03-08T23:00:00Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['month', 'Europe/Berlin', '2026-03-31T22:30:00Z', '2026-03-31T22:00:00Z', '2026-04-30T22:00:00Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['year', 'Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2026-12-31T10:00:00Z', '2027-12-31T10:00:00Z'],
  ] as const)('the %s of %s at %s', (unit, zone, ...times) => {
    const [now = '', ...bounds] = times;
    expect(shown(calendarPeriod(unit, zone, at(now)))).toEqual(bounds);
  });

  it('begins after the hour that a zone skips at midnight', () => {
    // In Havana summer time begins at midnight: the 8th of March 2026 has no 00:30.
    const { from } = calendarPeriod('day', 'America/Havana', at('2026-03-08T12:00:00Z'));
    expect(new Date(from).toISOString()).toBe('2026-03-08T05:00:00.000Z');
  });

  it('holds every moment of three years exactly once, whatever the zone', () => {
    for (const zone of ['America/Sao_Paulo', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Kathmandu'])
      for (const unit of ['day', 'week', 'month'] as const) {
        let now = at('2024-12-31T23:30:00Z');
        for (let count = 0; now < at('2027-01-02T00:00:00Z'); count += 1) {
          const period = calendarPeriod(unit, zone, now);
          expect(
            period.from <= now && now < period.to,
            `${unit} ${zone} ${new Date(now).toISOString()}`,
          ).toBe(true);
          expect(calendarPeriod(unit, zone, period.to - 1)).toEqual(period);
          if (count > 0) expect(period.from).toBe(now);
          now = period.to;
        }
      }
  });
});

describe('what the script is told of a period', () => {
  const rule = {
    name: 'loop/step',
    loop: 'loop',
    step: 'step',
    endpoint: '/',
    method: '*',
    limits: {},
    timezone: 'UTC',
    onUnavailable: 'deny',
  } as const;

  it('is its length where it rolls, and its bounds on the calendar', () => {
    const wordsOf = createPeriods();
    expect(wordsOf({ ...rule, period: 60 }, 0)).toEqual(['r', '60000', '0']);
    expect(wordsOf({ ...rule, period: 'billing' }, 0)).toEqual(['b', '2592000000', '0']);
    const daily = { ...rule, period: 'day' } as const;
    expect(wordsOf(daily, 0)).toEqual(['c', '0', '86400000']);
    expect(wordsOf(daily, 86_400_000)).toEqual(['c', '86400000', '172800000']);
  });
});
