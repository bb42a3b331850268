import { describe, expect, it } from 'vitest';
import { compileConfig } from '../compile/index.ts';
import { type LoopInput, resolveConfig } from '../config/index.ts';
import type { Plan } from '../plan/index.ts';
import { passCost } from './pass-cost.ts';
import { USUAL_PRICES } from './usual-prices.ts';

const email = { type: 'email', template: 'hello' } as const;

function planOf(trigger: NonNullable<LoopInput['steps'][number]['trigger']>): Plan {
  const condition = {
    type: 'query',
    query: trigger.type === 'schedule' ? 'SELECT * FROM users' : 'SELECT 1 FROM a WHERE b = $1',
  } as const;
  const loop: LoopInput = {
    type: 'retention',
    opinion: 'o',
    steps: [
      { trigger, condition, action: email },
      { delay: '1d', action: email },
    ],
  };
  const [plan] = compileConfig(resolveConfig(loop)).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

describe('what a pass would cost', () => {
  it('is mostly its emails, one for each who is mailed', () => {
    const plan = planOf({ type: 'schedule', cron: '0 9 * * *' });
    const cost = passCost(plan, { looked: 1_000, mailed: 400, waiting: 0, messages: 3 }, USUAL_PRICES);
    expect(cost).toMatchObject({ emails: 400, messages: 3, commands: 61 + 400 * 13 + 600 * 7 });
    // 400 emails at 0.65 a thousand, 9461 commands at 0.2 a 100,000, and 3 messages.
    expect(cost.dollars).toBeCloseTo(0.26 + 0.0189 + 0.00003, 4);
    expect(cost.notices).toEqual(['Resend, Free: 100 emails a day; this is up to 400']);
  });

  it('of runs counts the emails of all their steps', () => {
    const plan = planOf({ type: 'database', table: 'users', event: 'insert' });
    const pass = { looked: 30, mailed: 10, waiting: 20, messages: 110 };
    expect(passCost(plan, pass, USUAL_PRICES)).toMatchObject({ emails: 60, messages: 110, notices: [] });
  });

  it('says nothing of plans that have no limit in a day, and costs nothing where nobody is mailed', () => {
    const plan = planOf({ type: 'database', table: 'users', event: 'insert' });
    const none = { looked: 5, mailed: 0, waiting: 0, messages: 0 };
    expect(passCost(plan, none, USUAL_PRICES)).toEqual({
      emails: 0,
      messages: 0,
      commands: 0,
      dollars: 0,
      notices: [],
    });
  });
});
