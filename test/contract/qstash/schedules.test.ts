import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('schedules', () => {
  it('tick at the local hour of their time zone across a change to summer time', async () => {
    const stack = await openStack({ start: Date.parse('2026-03-27T00:00:00Z') });
    const ticks: string[] = [];
    const destination = stack.route('/tick', () => {
      ticks.push(new Date(stack.clock.now()).toISOString());
      return new Response('ok');
    });
    const cron = 'CRON_TZ=Europe/Berlin 0 9 * * *';
    await stack.client.schedules.create({ destination, cron, scheduleId: 'daily', body: 'b', label: 'l' });
    await stack.clock.advance(4 * DAY_MS);
    expect(ticks).toEqual(['27T08', '28T08', '29T07', '30T07'].map((at) => `2026-03-${at}:00:00.000Z`));
    const [schedule] = await stack.client.schedules.list();
    expect(schedule).toMatchObject({
      scheduleId: 'daily',
      cron,
      destination,
      method: 'POST',
      isPaused: false,
      body: 'b',
      label: 'l',
      lastScheduleTime: Date.parse('2026-03-30T07:00:00Z'),
      nextScheduleTime: Date.parse('2026-03-31T07:00:00Z'),
    });
    expect(Object.values(schedule?.lastScheduleStates ?? {})).toEqual(['SUCCESS']);
    expect(stack.seen[0]?.headers.get('upstash-schedule-id')).toBe('daily');
  });

  it('are paused, resumed, replaced and deleted', async () => {
    const stack = await openStack();
    const destination = stack.route('/tick', () => new Response('ok'));
    const create = (cron: string) => stack.client.schedules.create({ destination, cron, scheduleId: 's' });
    await create('0 * * * *');
    await stack.client.schedules.pause({ schedule: 's' });
    expect((await stack.client.schedules.get('s')).isPaused).toBe(true);
    await stack.clock.advance(3 * HOUR_MS);
    expect(stack.seen).toHaveLength(0);
    await stack.client.schedules.resume({ schedule: 's' });
    await stack.clock.advance(2 * HOUR_MS);
    expect(stack.seen).toHaveLength(2);
    await create('*/30 * * * *');
    await stack.clock.advance(HOUR_MS);
    expect(stack.seen).toHaveLength(4);
    await stack.client.schedules.delete('s');
    await stack.clock.advance(HOUR_MS);
    expect(stack.seen).toHaveLength(4);
    await expect(stack.client.schedules.get('s')).rejects.toThrow(/not found/);
  });

  it('retry a failing message as they say', async () => {
    const stack = await openStack();
    const destination = stack.route('/tick', () => new Response('', { status: 500 }));
    await stack.client.schedules.create({ destination, cron: '0 0 * * *', retries: 1, delay: '5s' });
    await stack.clock.advance(DAY_MS + 60_000);
    expect(stack.seen).toHaveLength(2);
    const [schedule] = await stack.client.schedules.list();
    expect(Object.values(schedule?.lastScheduleStates ?? {})).toEqual(['FAIL']);
  });

  it.each(['* * * * * *', '61 * * * *', 'CRON_TZ=Mars/Base 0 9 * * *', 'often'])(
    '%s is refused',
    async (cron) => {
      const stack = await openStack();
      const destination = stack.route('/tick', () => new Response('ok'));
      await expect(stack.client.schedules.create({ destination, cron })).rejects.toMatchObject({
        status: 400,
      });
      expect(await stack.client.schedules.list()).toEqual([]);
    },
  );
});
