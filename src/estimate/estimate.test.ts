import { describe, expect, it } from 'vitest';
import { compileConfig } from '../compile/index.ts';
import { type ConfigInput, type LoopInput, resolveConfig } from '../config/index.ts';
import { estimate } from './estimate.ts';
import type { Traffic } from './traffic.ts';
import { USUAL_PRICES } from './usual-prices.ts';

const traffic: Traffic = {
  signups: 0,
  starts: {},
  users: 0,
  dormant: 0.05,
  active: 0.4,
  requests: 0,
  blocked: 0.01,
};
const email = { type: 'email', template: 'activation_welcome' } as const;
const waiting = {
  condition: { type: 'event', name: 'done', timeout: '5m' },
  action: email,
} as const;

function loop(steps: object[], more: object = {}): LoopInput {
  const trigger = { type: 'event', name: 'signed.up' };
  const [first, ...others] = steps;
  return {
    type: 'activation',
    opinion: 'o',
    steps: [{ trigger, ...first }, ...others],
    ...more,
  } as LoopInput;
}

function audience(more: object = {}, cron = '0 9 * * *'): LoopInput {
  const condition = { type: 'query', query: 'SELECT * FROM users WHERE asleep', timeout: '10m' };
  return loop([{ trigger: { type: 'schedule', cron }, condition, action: email }], {
    type: 'retention',
    ...more,
  });
}

function estimated(config: ConfigInput | LoopInput, given: Partial<Traffic>, longestWait?: number) {
  const deployment = compileConfig(resolveConfig(config), { longestWait });
  return estimate(deployment, { ...traffic, ...given }, USUAL_PRICES);
}

describe('a loop that somebody starts', () => {
  it('runs once for each sign-up, mails those who do it, and tells a function of each', () => {
    const { loops, messages, invocations, emails } = estimated(loop([waiting]), { signups: 1_000 });
    expect(loops).toMatchObject([{ runs: 1_000, messages: 3_000, emails: 400, calls: 1_000 }]);
    expect([messages, invocations, emails]).toEqual([3_000, 4_000, 400]);
  });

  it('runs as often as is said', () => {
    const config = loop([waiting], { id: 'welcome' });
    expect(estimated(config, { signups: 1_000, starts: { welcome: 10 } }).loops[0]?.runs).toBe(10);
  });

  it('goes on to a second step only with those who met the first', () => {
    const config = loop([waiting, waiting]);
    expect(estimated(config, { signups: 1_000, active: 0.5 }).emails).toBe(500 + 250);
    expect(estimated(config, { signups: 1_000, active: 0 }).messages).toBe(3_000);
    expect(estimated(config, { signups: 1_000, active: 1 }).messages).toBeGreaterThan(4_000);
  });

  it('mails the others where `otherwise` says so, and nobody whom a holdout keeps out', () => {
    const config = loop([{ ...waiting, otherwise: email }]);
    expect(estimated(config, { signups: 1_000 }).emails).toBe(1_000);
    expect(estimated({ loops: [{ ...config, holdout: 0.1 }] }, { signups: 1_000 }).emails).toBe(900);
  });

  it('says that a wait is a chain, and costs less where the plan of Upstash allows it to be one', () => {
    const month = { ...waiting, condition: { ...waiting.condition, timeout: '30d' } };
    const chain = estimated(loop([month]), { signups: 100, active: 0 });
    const whole = estimated(loop([month]), { signups: 100, active: 0 }, 365 * 86_400);
    expect(chain.notices.join()).toContain('30 days are a chain of 5 waits');
    expect([chain.messages, whole.messages]).toEqual([700, 300]);
    expect(whole.notices.join()).toContain('Free: a run waits 7 days at most');
    expect(whole.bills[0]?.plan).toBe('Pay as you go');
  });
});

describe('a loop with a schedule', () => {
  it('costs three messages a pass, mails each of its audience once, and says what the first pass sends', () => {
    const { loops, notices, bills } = estimated(audience(), { users: 100_000 });
    expect(loops).toMatchObject([{ runs: 30, messages: 90, emails: 5_000, firstPassEmails: 5_000 }]);
    expect(notices.join()).toContain('5,000 emails in one day');
    expect(bills.map(({ plan }) => plan)).toEqual(['Free', 'Pay as you go', 'Hobby', 'Pro']);
  });

  it('mails again as reentry and caps allow', () => {
    const often = (more: object) => estimated(audience(more), { users: 1_000 }).emails;
    expect(often({ reentry: { cooldown: '10d' } })).toBe(150);
    expect(often({ reentry: 'always' })).toBe(50 * 30);
    expect(often({ reentry: 'always', frequency: { cap: 1, period: '15d' } })).toBe(100);
  });

  it('passes as often as its cron says', () => {
    expect(estimated(audience({}, '0 * * * *'), {}).loops[0]?.runs).toBe(720);
  });
});

describe('limits', () => {
  it('of ten schedules are said to be hit by eleven', () => {
    const loops = Array.from({ length: 11 }, (_, index) => ({ ...audience(), id: `loop-${index}` }));
    expect(estimated({ loops }, {}).notices.join()).toContain('10 schedules; the loops have 11');
    expect(estimated({ loops: loops.slice(1) }, {}).notices.join()).not.toContain('schedules;');
  });

  it('of a thousand messages a day are hit by a drain each minute alone', () => {
    const watching = loop([{ ...waiting, trigger: { type: 'database', table: 'users', event: 'insert' } }]);
    const { drain, bills, notices } = estimated(watching, {});
    expect(drain.messages).toBe(43_200);
    expect(bills[0]).toMatchObject({ plan: 'Pay as you go', dollars: 0.43 });
    expect(notices.join()).toContain('1,440 messages a day, whatever happens');
  });
});

describe('the gate', () => {
  const config = loop(
    [
      {
        trigger: { type: 'api', endpoint: '/api/x', method: 'POST' },
        condition: { type: 'usage', limit: { free: 5, paid: Number.POSITIVE_INFINITY }, period: '30d' },
        action: { type: 'block', message: 'm', upgradePrompt: { type: 'email', template: 'upgrade_prompt' } },
      },
    ],
    { type: 'freemium' },
  );

  it('takes commands for each decision, and a run for each who is blocked', () => {
    const { gate, loops } = estimated(config, { users: 1_000, requests: 1_000_000 });
    expect(gate).toEqual({ decisions: 1_000_000, commands: 4_002_000 });
    expect(loops).toMatchObject([{ runs: 10, emails: 10 }]);
  });

  it('costs nothing where no loop has one', () => {
    expect(estimated(loop([waiting]), { requests: 1_000_000 }).gate.commands).toBe(0);
  });
});
