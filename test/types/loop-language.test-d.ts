import { type ConfigInput, defineConfig, defineLoop, type LoopInput } from '@skene/sdk';
import { describe, expectTypeOf, it } from 'vitest';

const loop = { type: 'activation', opinion: 'Help new users' } as const;
const action = { type: 'email', template: 'activation_welcome' } as const;

describe('defineLoop', () => {
  it('takes a whole loop and gives a loop back', () => {
    const loop = defineLoop({
      id: 'first-project',
      type: 'activation',
      opinion: 'Help new users',
      steps: [
        {
          trigger: { type: 'webhook', provider: 'clerk', event: 'user.created' },
          delay: '1h',
          condition: { type: 'query', query: 'SELECT 1 FROM t WHERE u = $1', timeout: '5m' },
          action: {
            type: 'email',
            provider: 'resend',
            template: 't',
            personalization: { name: '{{user.name}}' },
          },
          otherwise: { type: 'custom', name: 'tellSales', input: { channel: 'growth', urgent: true } },
        },
      ],
      recovery: { retries: 3, backoff: 'exponential' },
      goal: { event: 'project.created', within: '14d' },
      reentry: { cooldown: '30d' },
      holdout: 0.1,
    });
    expectTypeOf(loop).toEqualTypeOf<LoopInput>();
  });

  it('knows no other keys', () => {
    // @ts-expect-error a key of no loop
    defineLoop({ ...loop, steps: [{ action }], retries: 3 });
    // @ts-expect-error a key of no trigger of that type
    defineLoop({ ...loop, steps: [{ trigger: { type: 'event', name: 'x', cron: '* * * * *' }, action }] });
    defineLoop({
      ...loop,
      // @ts-expect-error misspelt
      steps: [{ action: { type: 'email', template: 'x', subjct: 'y' } }],
    });
  });

  it('knows no other words', () => {
    // @ts-expect-error no such type of loop
    defineLoop({ type: 'activate', opinion: 'x', steps: [{ action }] });
    defineLoop({
      ...loop,
      // @ts-expect-error no such event
      steps: [{ trigger: { type: 'database', table: 't', event: 'inserted' }, action }],
    });
    // @ts-expect-error no such backoff
    defineLoop({ ...loop, steps: [{ action }], recovery: { backoff: 'expo' } });
    // @ts-expect-error no such provider
    defineLoop({ ...loop, steps: [{ action: { type: 'email', provider: 'smtp', template: 't' } }] });
  });

  it('asks for what cannot be left out', () => {
    // @ts-expect-error no action
    defineLoop({ ...loop, steps: [{ trigger: { type: 'event', name: 'a' } }] });
    // @ts-expect-error no query
    defineLoop({ ...loop, steps: [{ condition: { type: 'query' }, action }] });
    // @ts-expect-error no period
    defineLoop({ ...loop, steps: [{ condition: { type: 'usage', limit: { free: 1 } }, action }] });
    // @ts-expect-error no opinion
    defineLoop({ type: 'activation', steps: [{ action }] });
  });

  it('knows no triggers and conditions but its own', () => {
    // @ts-expect-error no such trigger
    defineLoop({ ...loop, steps: [{ trigger: { type: 'kafka' }, action }] });
    // @ts-expect-error no such condition
    defineLoop({ ...loop, steps: [{ condition: { type: 'always' }, action }] });
    defineLoop({
      ...loop,
      // @ts-expect-error a limit is a number
      steps: [{ condition: { type: 'usage', limit: { free: '1' }, period: '30d' }, action }],
    });
  });
});

describe('defineConfig', () => {
  const loops = [defineLoop({ ...loop, steps: [{ action }] })];

  it('takes loops, and where things are', () => {
    const config = defineConfig({
      loops,
      database: { provider: 'planetscale' },
      users: { table: 'accounts', email: 'mail' },
      email: { from: 'Ada <ada@example.com>' },
      actions: { notify: async ({ subject, idempotencyKey }) => `${subject} ${idempotencyKey}` },
    });
    expectTypeOf(config).toEqualTypeOf<ConfigInput>();
  });

  it('knows no other keys and words', () => {
    // @ts-expect-error misspelt
    defineConfig({ loops, emails: { from: 'x' } });
    // @ts-expect-error no such database
    defineConfig({ loops, database: { provider: 'oracle' } });
    // @ts-expect-error an action is a function
    defineConfig({ loops, actions: { notify: 'https://example.com' } });
    // @ts-expect-error no loops
    defineConfig({});
  });
});
