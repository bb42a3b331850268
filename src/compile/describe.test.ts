import { describe, expect, it } from 'vitest';
import { type LoopInput, resolveConfig } from '../config/index.ts';
import type { Plan } from '../plan/index.ts';
import { compileConfig } from './compile-config.ts';
import { billedMessages, describePlan } from './describe.ts';
import { mermaidOf } from './mermaid.ts';

const DAY = 86_400;

function planOf(steps: Array<Partial<LoopInput['steps'][number]>>, longestWait = 7 * DAY): Plan {
  const trigger = { type: 'event', name: 'signed.up' } as const;
  const action = { type: 'email', template: 'welcome' } as const;
  const loop = {
    type: 'activation',
    opinion: 'o',
    steps: steps.map((step, index) => ({ ...(index === 0 && { trigger }), action, ...step })),
  };
  const [plan] = compileConfig(resolveConfig(loop), { longestWait }).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
const waiting = (timeout: string) => ({ condition: { type: 'event', name: 'done', timeout } }) as const;

describe('billedMessages', () => {
  it('are two without a wait, and three for a condition met while waiting, at any timeout', () => {
    expect(billedMessages(planOf([{}]))).toEqual({ metAtOnce: 2, metWaiting: 2, timedOut: 2 });
    for (const timeout of ['5m', '7d'])
      expect(billedMessages(planOf([waiting(timeout)]))).toEqual({
        metAtOnce: 2,
        metWaiting: 3,
        timedOut: 3,
      });
    expect(billedMessages(planOf([waiting('30d')]))).toEqual({ metAtOnce: 2, metWaiting: 3, timedOut: 7 });
    expect(billedMessages(planOf([waiting('30d')], 365 * DAY)).timedOut).toBe(3);
  });

  it('are one more for a delay, and three for a wait that something follows', () => {
    expect(billedMessages(planOf([{ delay: '1d' }])).metAtOnce).toBe(3);
    expect(billedMessages(planOf([waiting('5m'), waiting('5m')]))).toEqual({
      metAtOnce: 3,
      metWaiting: 6,
      timedOut: 6,
    });
  });
});

describe('describePlan', () => {
  it('says of an audience who is in it, whom it may mail and what a pass costs', () => {
    const first = {
      trigger: { type: 'schedule', cron: '0 9 * * *' },
      condition: { type: 'activity', table: 'events' },
      after: 'UPDATE users SET mailed = true WHERE id = $1',
    } as const;
    const config = resolveConfig({
      quietHours: { from: '21:00', to: '08:00' },
      frequency: { cap: 3, period: '7d' },
      loops: [
        {
          type: 'retention',
          opinion: 'o',
          holdout: 0.05,
          steps: [
            { ...first, action: { type: 'email', template: 'welcome' } },
            { delay: '3d', action: { type: 'email', template: 'again' } },
          ],
        },
      ],
    });
    const [plan] = compileConfig(config).plans;
    expect(plan && describePlan(plan).slice(1)).toEqual([
      '  when it is time (0 9 * * *, UTC)',
      '  activity in events is down 80 % over 7d against 28d, in a pass of up to 10m',
      '  then email welcome',
      '  after that, UPDATE users SET mailed = true WHERE id = $1',
      '  at the first tick 3d later, for who is in the audience still',
      '  then email again',
      '  at most 1 email in 1d',
      '  at most 3 emails in 7d, over all loops',
      '  again once somebody has left the audience and come back',
      '  no email from 21:00 to 08:00, by the clock of the contact',
      '  5 % get nothing, to measure the others against',
      '  goal within 30d: anything new that the user does, or a later events.created_at; looked for every 12h',
      '  retries 3, after 10000 * pow(2, retried) ms',
      '  billed messages: 3 for each pass, its tick included, and one more for about every 6000 emails',
    ]);
  });

  it('says what starts a run, what it waits for, what it does and what it costs', () => {
    expect(describePlan(planOf([{ delay: '1h', ...waiting('5m') }])).slice(1)).toEqual([
      '  when the event signed.up arrives',
      '  sleep 1h',
      '  wait until the event done arrives, for up to 5m',
      '    woken by that event',
      '  then email welcome',
      '  else end as timed out',
      '  goal within 30d: the event done',
      '  retries 3, after 10000 * pow(2, retried) ms',
      '  billed messages: 3 if true at once, 4 if met while waiting, 4 if timed out',
    ]);
  });
});

describe('mermaidOf', () => {
  it('draws both ways out of a condition, and quotes what would break the drawing', () => {
    const chart = mermaidOf([planOf([{ condition: { type: 'event', name: 'a "b"\nc', timeout: '5m' } }])]);
    expect(chart).toContain('flowchart TD');
    expect(chart).toContain('-- "met" -->');
    expect(chart).toContain('-- "5m passed" -->');
    expect(chart).toContain('#quot;b#quot; c');
  });
});
