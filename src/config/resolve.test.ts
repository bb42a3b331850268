import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig, safeResolveConfig } from './resolve.ts';

const loop = {
  type: 'activation',
  opinion: 'Help new users to their first project',
  steps: [
    {
      trigger: { type: 'database', table: 'users', event: 'insert' },
      action: { type: 'email', template: 'activation_welcome' },
    },
  ],
};
const [step] = loop.steps;

/** A loop whose first step is changed. */
const withStep = (change: Record<string, unknown>) => ({ ...loop, steps: [{ ...step, ...change }] });
const withTrigger = (trigger: unknown) => withStep({ trigger });
const withCondition = (condition: unknown) => withStep({ condition });
const withAction = (change: Record<string, unknown>) => withStep({ action: { ...step?.action, ...change } });

function issuesOf(exported: unknown) {
  const result = safeResolveConfig(exported);
  return 'issues' in result ? result.issues : [];
}

describe('what may be exported', () => {
  it.each([
    ['a bare loop', loop, 'loop'],
    ['an array of loops', [loop], 'array'],
    ['a configuration', { loops: [loop] }, 'config'],
  ])('%s', (_, exported, form) => {
    expect(safeResolveConfig(exported)).toMatchObject({ form, config: { loops: [{ id: 'activation' }] } });
  });

  it.each([undefined, null, 'x', 5, () => loop, []])('%s is refused with what to write', (exported) => {
    expect(issuesOf(exported)).toMatchObject([
      { path: '', message: expect.stringMatching(/^exports /), hint: expect.stringContaining('defineLoop') },
    ]);
  });

  it('a promise is refused', () => {
    expect(issuesOf(Promise.resolve(loop))).toMatchObject([{ path: '', message: 'is a promise' }]);
  });
});

describe('defaults', () => {
  it('are those of the documentation', () => {
    expect(resolveConfig(loop)).toMatchObject({
      loops: [
        { enabled: true, recovery: { retries: 3, backoff: 'exponential', delay: '10s' }, onChange: 'pin' },
      ],
      users: { table: 'users', id: 'id', email: 'email', name: 'name' },
      database: { url: 'DATABASE_URL' },
      tables: {},
      actions: {},
    });
  });

  it('fill what a section leaves out', () => {
    expect(resolveConfig({ ...loop, recovery: { retries: 0 } }).loops[0]?.recovery).toEqual({
      retries: 0,
      backoff: 'exponential',
      delay: '10s',
    });
  });

  it('give a loop its type as its id', () => {
    expect(resolveConfig([loop, { ...loop, id: 'second' }]).loops.map(({ id }) => id)).toEqual([
      'activation',
      'second',
    ]);
  });
});

describe('what is refused, and what to write instead', () => {
  it.each<[string, unknown, { code: string; path: string; message?: string; hint?: string }]>([
    [
      'an unknown key',
      { ...loop, stepz: [] },
      { code: 'unknown_key', path: 'stepz', hint: 'did you mean steps?' },
    ],
    [
      'an unknown key of an action',
      withAction({ templte: 'x' }),
      { code: 'unknown_key', path: 'steps[0].action.templte', hint: 'did you mean template?' },
    ],
    [
      "another tool's word",
      withStep({ onTimeout: step?.action }),
      { code: 'unknown_key', path: 'steps[0].onTimeout', hint: 'did you mean otherwise?' },
    ],
    [
      'an unknown key of the configuration',
      { loops: [loop], emails: {} },
      { code: 'unknown_key', path: 'emails', hint: 'did you mean email?' },
    ],
    [
      'a key of no member of a union',
      { ...loop, goal: { qery: 'SELECT 1' } },
      { code: 'unknown_key', path: 'goal.qery', hint: 'query, within or event' },
    ],
    [
      'two members of a union at once',
      { ...loop, goal: { query: 'x', event: 'y' } },
      { code: 'invalid', path: 'goal', message: 'do not go together' },
    ],
    [
      'a missing key',
      { ...loop, opinion: undefined },
      { code: 'missing_key', path: 'opinion', hint: 'write a string' },
    ],
    [
      'a missing type',
      withTrigger({ table: 'users' }),
      {
        code: 'missing_key',
        path: 'steps[0].trigger.type',
        hint: 'write database, api, schedule, webhook or event',
      },
    ],
    [
      'a wrong type of trigger',
      withTrigger({ type: 'databse' }),
      { code: 'invalid', path: 'steps[0].trigger.type', hint: 'write database, api' },
    ],
    [
      'a wrong word',
      { ...loop, type: 'activate' },
      {
        code: 'invalid',
        path: 'type',
        message: 'is "activate"',
        hint: 'write activation, freemium or retention',
      },
    ],
    [
      'a duration',
      withStep({ delay: '5 mins' }),
      {
        code: 'duration',
        path: 'steps[0].delay',
        message: '"5 mins" is not a duration',
        hint: 'write 5m, 300s',
      },
    ],
    [
      'a cron expression',
      withTrigger({ type: 'schedule', cron: '0 25 * * *' }),
      { code: 'cron', path: 'steps[0].trigger.cron', hint: '0 9 * * *' },
    ],
    [
      'a cron expression with seconds',
      withTrigger({ type: 'schedule', cron: '0 0 9 * * *' }),
      { code: 'cron', path: 'steps[0].trigger.cron', message: '6 fields' },
    ],
    [
      'a time zone',
      withTrigger({ type: 'schedule', cron: '0 9 * * *', timezone: 'Mars/Base' }),
      { code: 'timezone', path: 'steps[0].trigger.timezone', hint: 'Europe/Helsinki' },
    ],
    [
      'a glob',
      withTrigger({ type: 'api', endpoint: 'api/x' }),
      { code: 'glob', path: 'steps[0].trigger.endpoint', hint: '/api/features/*' },
    ],
    [
      'an address that a browser would run',
      withStep({ action: { type: 'block', message: 'Upgrade.', upgradeUrl: 'javascript:alert(1)' } }),
      {
        code: 'invalid',
        path: 'steps[0].action.upgradeUrl',
        message: 'is not a link',
        hint: 'write a path such as /pricing',
      },
    ],
    [
      'a table name',
      withTrigger({ type: 'database', table: 'users; --', event: 'insert' }),
      {
        code: 'invalid',
        path: 'steps[0].trigger.table',
        message: '"users; --" is not a table',
        hint: 'write letters',
      },
    ],
    [
      'a column name',
      withTrigger({ type: 'database', table: 'users', event: 'insert', where: { 'a b': 1 } }),
      { code: 'invalid', path: 'steps[0].trigger.where.a b', message: '"a b" is not a column name' },
    ],
    [
      'a value that is none',
      withTrigger({ type: 'database', table: 'users', event: 'insert', where: { a: [] } }),
      {
        code: 'invalid',
        path: 'steps[0].trigger.where.a',
        hint: 'write a string, a number, true or false or null',
      },
    ],
    [
      'a limit below zero',
      withCondition({ type: 'usage', limit: { free: -1 }, period: '30d' }),
      { code: 'invalid', path: 'steps[0].condition.limit.free', hint: 'at least 0' },
    ],
    [
      'a limit in quotes',
      withCondition({ type: 'usage', limit: { free: '100' }, period: '30d' }),
      { code: 'invalid', path: 'steps[0].condition.limit.free', hint: 'write a number or Infinity' },
    ],
    [
      'a limit that is no number',
      withCondition({ type: 'usage', limit: { free: Number.NaN }, period: '30d' }),
      { code: 'invalid', path: 'steps[0].condition.limit.free', message: 'is NaN' },
    ],
    [
      'a period',
      withCondition({ type: 'usage', limit: { free: 1 }, period: '30 days' }),
      { code: 'duration', path: 'steps[0].condition.period' },
    ],
    [
      'too many retries',
      { ...loop, recovery: { retries: 9 } },
      { code: 'invalid', path: 'recovery.retries', message: 'is 9', hint: 'at most 5' },
    ],
    ['a share above one', { ...loop, holdout: 1.5 }, { code: 'invalid', path: 'holdout', hint: 'at most 1' }],
    [
      'an empty name',
      withAction({ template: '' }),
      { code: 'invalid', path: 'steps[0].action.template', message: 'is empty' },
    ],
    [
      'a loop without steps',
      { ...loop, steps: [] },
      { code: 'invalid', path: 'steps', message: 'is an empty array', hint: 'at least 1' },
    ],
    [
      'one variant',
      withAction({ variants: [{ id: 'a' }] }),
      { code: 'invalid', path: 'steps[0].action.variants', hint: 'at least 2' },
    ],
    [
      'a time of day',
      { ...loop, quietHours: { from: '25:00', to: '08:00' } },
      {
        code: 'invalid',
        path: 'quietHours.from',
        message: '"25:00" is not a time of day',
        hint: 'write 21:00',
      },
    ],
    [
      'a word of a union',
      { ...loop, reentry: 'sometimes' },
      { code: 'invalid', path: 'reentry', hint: 'write never, always or an object' },
    ],
    [
      'a secret in place of a name',
      { loops: [loop], database: { url: 'postgres://a' } },
      { code: 'invalid', path: 'database.url', hint: 'write DATABASE_URL' },
    ],
    [
      'an action that is no function',
      { loops: [loop], actions: { notify: 1 } },
      { code: 'invalid', path: 'actions.notify', message: 'is not a function' },
    ],
    [
      'two loops of one id',
      { loops: [loop, loop] },
      { code: 'duplicate_id', path: 'loops[1].id', message: '"activation"', hint: 'an id of its own' },
    ],
    [
      'two loops of one id in an array',
      [loop, { ...loop, id: 'activation' }],
      { code: 'duplicate_id', path: '[1].id' },
    ],
  ])('%s', (_, exported, { code, path, message = '', hint = '' }) => {
    expect(issuesOf(exported)).toMatchObject([
      {
        code,
        path,
        message: expect.stringContaining(message),
        ...(hint === '' ? {} : { hint: expect.stringContaining(hint) }),
      },
    ]);
  });

  it('tells every problem at once', () => {
    const exported = {
      ...withStep({ trigger: { type: 'database', table: 3, event: 'insert' }, action: { type: 'sms' } }),
      extra: 1,
    };
    expect(issuesOf(exported).map(({ path }) => path)).toEqual([
      'steps[0].trigger.table',
      'steps[0].action.type',
      'extra',
    ]);
  });

  it('never throws, and always says where and what', () => {
    const value = fc.oneof(
      fc.anything({ withNullPrototype: true }),
      fc.object({ key: fc.constantFrom('type', 'steps', 'loops', 'trigger', 'action', 'x') }),
    );
    fc.assert(
      fc.property(value, (part) => {
        for (const exported of [
          part,
          { ...loop, steps: part },
          withStep({ trigger: part }),
          withStep({ condition: part }),
        ]) {
          for (const issue of issuesOf(exported)) {
            expect(issue.message).not.toBe('');
            expect(issue.message).not.toMatch(/Invalid input|Too (?:small|big)|Unrecognized/);
          }
        }
      }),
    );
  });
});

describe('resolveConfig', () => {
  it('throws an error that names the first problem', () => {
    expect(() => resolveConfig({ ...loop, type: 'x' })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'skene.config.ts: type is "x"',
        hint: 'write activation, freemium or retention',
      }),
    );
  });
});
