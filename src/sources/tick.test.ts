import { describe, expect, it } from 'vitest';
import type { Plan } from '../plan/index.ts';
import { tickEvent } from './tick.ts';

const plan = (cron: string, timezone = 'UTC'): Plan => ({
  version: 1,
  loop: 'back',
  type: 'retention',
  entry: 'step-1',
  hash: 'h',
  trigger: { type: 'schedule', cron, timezone },
  steps: [],
  recovery: { retries: 3, retryDelay: '1000' },
  users: { table: 'users', id: 'id', email: 'email', name: 'name' },
  longestWait: 604_800,
});
const dueAt = async (cron: string, now: string, timezone?: string) =>
  (await tickEvent(plan(cron, timezone), Date.parse(now)))?.time;

describe('tickEvent', () => {
  it('is the same for a tick that comes at once, again, hours late or an instant early', async () => {
    const times = ['09:00:00', '09:00:01', '11:59:00', '08:59:45'];
    const events = await Promise.all(
      times.map((time) => tickEvent(plan('0 9 * * *'), Date.parse(`2026-11-20T${time}Z`))),
    );
    expect(new Set(events.map((event) => event?.id))).toEqual(
      new Set(['schedule.back.step-1@2026-11-20T09:00:00.000Z']),
    );
  });

  it('is another on another day', async () => {
    expect(await dueAt('0 9 * * *', '2026-11-21T09:00:00Z')).toBe('2026-11-21T09:00:00.000Z');
  });

  it('counts in the time zone of the schedule, in summer and in winter', async () => {
    expect(await dueAt('0 9 * * *', '2026-07-01T12:00:00Z', 'Europe/Helsinki')).toBe(
      '2026-07-01T06:00:00.000Z',
    );
    expect(await dueAt('0 9 * * *', '2026-12-01T12:00:00Z', 'Europe/Helsinki')).toBe(
      '2026-12-01T07:00:00.000Z',
    );
  });

  it('has one tick on the day an hour happens twice, whenever in it the tick comes', async () => {
    // Clocks in Berlin go back from 03:00 to 02:00 on 25 October 2026.
    const first = await dueAt('30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin');
    expect(first).toBe('2026-10-25T00:30:00.000Z');
    expect(await dueAt('30 2 * * *', '2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe(first);
  });

  it('is nothing for a plan that no schedule starts', async () => {
    const other: Plan = { ...plan('0 9 * * *'), trigger: { type: 'event', name: 'x' } };
    expect(await tickEvent(other, Date.now())).toBeUndefined();
  });
});
