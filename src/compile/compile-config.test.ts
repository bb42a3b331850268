import { describe, expect, it } from 'vitest';
import { type LoopInput, resolveConfig } from '../config/index.ts';
import { compileConfig } from './compile-config.ts';

const activation: LoopInput = {
  type: 'activation',
  opinion: 'o',
  steps: [
    {
      trigger: { type: 'database', table: 'users', event: 'insert' },
      condition: {
        type: 'query',
        query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`,
        timeout: '5m',
      },
      action: { type: 'email', template: 'activation_welcome', personalization: { name: '{{user.name}}' } },
    },
  ],
};
const compile = (exported: unknown, longestWait?: number) =>
  compileConfig(resolveConfig(exported), { longestWait });

describe('compileConfig', () => {
  it('makes a plan that says what starts a run, what wakes it and what it does', () => {
    const { plans } = compile(activation);
    expect(plans).toMatchObject([
      {
        loop: 'activation',
        trigger: { type: 'database', table: 'users', operation: 'insert', subject: 'id' },
        steps: [
          {
            id: 'step-1',
            delay: 0,
            condition: {
              timeout: 300,
              wakes: [
                {
                  table: 'user_actions',
                  column: 'user_id',
                  equals: { action_type: 'first_project_created' },
                },
              ],
              checks: [],
            },
            action: { type: 'email', template: 'activation_welcome', kind: 'marketing' },
          },
        ],
        recovery: { retries: 3, retryDelay: '10000 * pow(2, retried)' },
        longestWait: 7 * 86_400,
      },
    ]);
  });

  it('watches the tables that start runs and those whose rows can wake them, and no more of them than matters', () => {
    expect(compile(activation).watches).toEqual([
      {
        table: 'users',
        id: 'id',
        cursor: undefined,
        subjects: ['id'],
        changes: [{ operation: 'insert', equals: {} }],
      },
      {
        table: 'user_actions',
        id: 'id',
        cursor: undefined,
        subjects: ['user_id'],
        changes: ['insert', 'update'].map((operation) => ({
          operation,
          equals: { action_type: 'first_project_created' },
        })),
      },
    ]);
  });

  it('names one definition of a loop apart from the next, and the same one the same', () => {
    const [first] = compile(activation).plans;
    const [same] = compile(structuredClone(activation)).plans;
    const [other] = compile({ ...activation, recovery: { retries: 1 } }).plans;
    expect(same?.hash).toBe(first?.hash);
    expect(other?.hash).not.toBe(first?.hash);
  });

  it('is plain data: what JSON keeps of it is all there is', () => {
    const usage: LoopInput = {
      type: 'freemium',
      opinion: 'o',
      steps: [
        {
          trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
          condition: { type: 'usage', limit: { free: 100, paid: Number.POSITIVE_INFINITY }, period: '30d' },
          action: { type: 'block', message: 'Upgrade to continue.' },
        },
      ],
    };
    const { plans } = compile([activation, usage]);
    expect(JSON.parse(JSON.stringify(plans))).toEqual(plans);
    expect(plans[1]?.steps[0]?.condition).toMatchObject({ limits: { free: 100, paid: 'unlimited' } });
  });

  it('makes a plan of its own for each step that has a trigger', () => {
    const milestone = {
      trigger: { type: 'event', name: 'project.created' },
      action: { type: 'email', template: 'a' },
    } as const;
    const follow = { delay: '1d', action: { type: 'email', template: 'b' } } as const;
    const { plans } = compile({ ...activation, steps: [...activation.steps, milestone, follow] });
    expect(plans.map(({ entry, steps }) => [entry, steps.map(({ id }) => id)])).toEqual([
      ['step-1', ['step-1']],
      ['step-2', ['step-2', 'step-3']],
    ]);
  });

  it('looks at growing intervals, at most six times, where no row can tell', () => {
    const query = `SELECT 1 FROM users WHERE id = $1 AND created_at < now() - interval '1 day'`;
    const [step] = activation.steps;
    const { plans } = compile({
      ...activation,
      steps: [{ ...step, condition: { type: 'query', query, timeout: '63m' } }],
    });
    const condition = plans[0]?.steps[0]?.condition;
    const checks = condition?.type === 'query' ? condition.checks : [];
    expect(checks.map((seconds) => seconds / 60)).toEqual([1, 3, 7, 15, 31]);
  });

  it('leaves out what is switched off, and takes tables and users from where they were said to be', () => {
    expect(compile({ ...activation, enabled: false }).plans).toEqual([]);
    const { plans, watches } = compile({
      loops: [
        {
          ...activation,
          steps: [
            { ...activation.steps[0], trigger: { type: 'database', table: 'accounts', event: 'insert' } },
          ],
        },
      ],
      users: { table: 'accounts', id: 'account_id' },
      tables: { accounts: { id: 'account_id' } },
    });
    expect(plans[0]?.trigger).toMatchObject({ table: 'accounts', subject: 'account_id' });
    expect(watches[0]).toMatchObject({ table: 'accounts', id: 'account_id', subjects: ['account_id'] });
  });
});
