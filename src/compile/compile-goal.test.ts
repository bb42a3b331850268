import { describe, expect, it } from 'vitest';
import { type ConfigInput, type LoopInput, resolveConfig } from '../config/index.ts';
import type { Plan } from '../plan/index.ts';
import { compileConfig } from './compile-config.ts';
import { describeGoal } from './describe-goal.ts';

const email = { type: 'email', template: 'welcome' } as const;
const HAS_PROJECT = 'SELECT id FROM projects WHERE user_id = $1';
const DORMANT = "SELECT * FROM users WHERE last_seen < now() - interval '7 days'";

const activation: LoopInput = {
  type: 'activation',
  opinion: 'x',
  steps: [
    {
      trigger: { type: 'database', table: 'users', event: 'insert' },
      condition: { type: 'query', query: HAS_PROJECT, timeout: '5m' },
      action: email,
    },
  ],
};
const retention: LoopInput = {
  type: 'retention',
  opinion: 'x',
  steps: [
    {
      trigger: { type: 'schedule', cron: '0 9 * * *' },
      condition: { type: 'query', query: DORMANT },
      action: email,
    },
  ],
};

function compile(loop: ConfigInput | LoopInput) {
  const deployment = compileConfig(resolveConfig(loop));
  const [plan] = deployment.plans;
  if (plan?.goal === undefined) throw new Error('There is no goal.');
  return { goal: plan.goal, watches: deployment.watches };
}

describe('a goal', () => {
  it('of an activation is what its first step waits for', () => {
    const { goal } = compile(activation);
    expect(goal).toMatchObject({
      sign: { type: 'query', sql: HAS_PROJECT },
      step: 'step-1',
      within: 30 * 86_400,
    });
    expect(goal.look).toBeUndefined();
  });

  it('of a retention loop is anything new, by the column that makes somebody dormant', () => {
    const { goal } = compile(retention);
    expect(goal).toMatchObject({ sign: { type: 'activity', column: 'last_seen' }, look: 43_200 });
    expect([goal.step, goal.endsRuns]).toEqual([undefined, false]);
  });

  it('of a retention loop over actions is a new action', () => {
    const { goal } = compile({
      ...retention,
      steps: [{ ...retention.steps[0], condition: { type: 'activity', table: 'sessions' }, action: email }],
    });
    expect(goal).toMatchObject({ sign: { type: 'activity', actions: { table: 'sessions' } }, look: 43_200 });
  });

  it('is by events alone where no column of the users table says when', () => {
    const query =
      "SELECT u.* FROM users u JOIN logins l ON l.user_id = u.id WHERE l.at < now() - interval '7 days'";
    const { goal } = compile({
      ...retention,
      steps: [{ ...retention.steps[0], condition: { type: 'query', query }, action: email }],
    });
    expect(goal.sign).toEqual({ type: 'activity', column: undefined });
    expect(goal.look).toBeUndefined();
  });

  it('that its author names is a reason to watch the tables it reads, and not to end a run that waits for it', () => {
    const goal = { query: 'SELECT 1 FROM invoices WHERE user_id = $1', within: '7d' };
    const compiled = compile({ ...activation, goal });
    expect(compiled.watches.map(({ table }) => table)).toContain('invoices');
    expect(compiled.goal).toMatchObject({ within: 7 * 86_400, step: undefined, endsRuns: true });
    const waitedFor = compile({ ...activation, goal: { query: HAS_PROJECT } }).goal;
    expect(waitedFor).toMatchObject({ step: 'step-1', endsRuns: false });
  });

  it('that no row can tell of is looked for, six times in its window', () => {
    const query = "SELECT 1 FROM projects WHERE user_id = $1 AND created_at < now() - interval '1 day'";
    expect(compile({ ...activation, goal: { query, within: '6d' } }).goal.look).toBe(86_400);
  });

  it('that changes has another hash, so that nothing is mixed', () => {
    const hashes = ['7d', '8d'].map(
      (within) => compile({ ...activation, goal: { event: 'a', within } }).goal.hash,
    );
    expect(new Set([...hashes, compile(activation).goal.hash]).size).toBe(3);
    expect(compile(activation).goal.hash).toBe(compile({ ...activation, opinion: 'y' }).goal.hash);
  });
});

describe('describeGoal', () => {
  const wordsFor = (loop: LoopInput) => describeGoal({ ...plans(loop)[0] } as Plan);
  const plans = (loop: LoopInput) => compileConfig(resolveConfig(loop)).plans;

  it('says what is asked, and when', () => {
    expect(wordsFor(activation)).toEqual([
      `goal within 30d: a row of ${HAS_PROJECT}, asked when rows of projects (by user_id) change`,
    ]);
    expect(wordsFor(retention)).toEqual([
      'goal within 30d: anything new that the user does, or a later last_seen; looked for every 12h',
    ]);
    expect(describeGoal({} as Plan)).toEqual([]);
  });
});
