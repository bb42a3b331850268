import { describe, expect, it } from 'vitest';
import { type LoopInput, resolveConfig } from '../config/index.ts';
import type { Plan } from '../plan/index.ts';
import { compileConfig } from './compile-config.ts';
import { proofsOf } from './proofs.ts';

type Step = LoopInput['steps'][number];

const signUp = { type: 'database', table: 'users', event: 'insert' } as const;
const email = { type: 'email', template: 'welcome' } as const;
const done = { type: 'event', name: 'done', timeout: '5m' } as const;

function plansOf(steps: Step[], more: Partial<LoopInput> = {}): Plan[] {
  return compileConfig(resolveConfig({ id: 'a', type: 'activation', opinion: 'o', steps, ...more })).plans;
}
const said = (steps: Step[], more: Partial<LoopInput> = {}) => proofsOf(plansOf(steps, more));
const [waiting, next]: [Step, Step] = [
  { trigger: signUp, condition: done, action: email },
  { delay: '1d', action: email },
];

describe('what holds of all loops whatever happens', () => {
  it('is said, a sentence each', () => {
    expect(said([waiting, next])).toEqual([
      'A person gets at most 1 emails in a day and 2 in a week: a 1 a day (bound by a user is inserted once).',
      'Every run ends, the longest (a) within 1d5m.',
      'No timer is longer than the 7d that the Upstash plan allows.',
      'Every email can be unsubscribed from with one click.',
      'Every goal can be reached: a by the event done.',
      'No branch is dead.',
    ]);
    expect(proofsOf([])).toEqual([]);
  });

  it('is that emails are bound, or that nothing binds them', () => {
    const [any] = said([
      { trigger: { type: 'event', name: 'x' }, action: { ...email, kind: 'transactional' } },
    ]);
    expect(any).toMatch(/^A person gets at most any number of emails in a day and any number of in a week/);
  });

  it('is that every path ends, and how long the longest takes', () => {
    const condition = { ...done, timeout: '30d' };
    expect(said([{ ...waiting, delay: '1d', condition }])).toContain(
      'Every run ends, the longest (a) within 31d.',
    );
  });

  it('is that no timer is longer than the plan allows: longer ones are chains', () => {
    expect(
      said([
        { ...waiting, condition: { ...done, timeout: '30d' } },
        { ...next, delay: '8d' },
      ]),
    ).toContain(
      'No timer is longer than the 7d that the Upstash plan allows; a step-1, a step-2 are chains of shorter ones.',
    );
    expect(said([waiting, { ...next, delay: '8d' }])).toContain(
      'No timer is longer than the 7d that the Upstash plan allows; a step-2 is a chain of shorter ones.',
    );
  });

  it('is which emails cannot be unsubscribed from', () => {
    expect(
      said([waiting, { ...next, action: { ...email, template: 'receipt', kind: 'transactional' } }]),
    ).toContain('Every email can be unsubscribed from with one click, except the transactional receipt.');
    expect(said([{ trigger: signUp, action: { type: 'custom', name: 'call' } }]).join()).not.toContain(
      'unsubscribed',
    );
  });

  it('is how each goal is reached, and which cannot be', () => {
    const byQuery = {
      ...waiting,
      condition: { type: 'query', query: 'SELECT 1 FROM acts WHERE user_id = $1' },
    } as const;
    expect(said([byQuery])).toContain('Every goal can be reached: a by rows of acts.');
    const audience: Step = {
      trigger: { type: 'schedule', cron: '0 9 * * *' },
      condition: { type: 'query', query: "SELECT * FROM users WHERE seen_at < now() - interval '7 days'" },
      action: email,
    };
    expect(said([audience], { type: 'retention' })).toContain(
      'Every goal can be reached: a by a look every 12h.',
    );
    const [plan] = plansOf([byQuery]);
    const unseen = plan?.goal?.sign.type === 'query' && {
      ...plan,
      goal: { ...plan.goal, sign: { ...plan.goal.sign, wakes: [] } },
    };
    expect(proofsOf(unseen ? [unseen] : [])).toContain(
      'a: its goal cannot be reached, as nothing tells of it and nobody looks.',
    );
  });

  it('is which branches no run can take', () => {
    const otherwise = { trigger: signUp, action: email, otherwise: email };
    expect(said([otherwise])).toContain(
      'a: the otherwise of step-1 is never done, as the step waits for nothing.',
    );
    expect(said([waiting], { holdout: 1 })).toContain('a: nothing is ever done, as everybody is held out.');
    const variants = [{ id: 'b', pinned: true }, { id: 'c' }, { id: 'd' }];
    expect(said([{ ...waiting, action: { ...email, variants } }])).toContain(
      'a: of step-1 the variants c, d are never sent, as another is pinned.',
    );
    const gate: Step = {
      trigger: { type: 'api', endpoint: '/api/*' },
      condition: { type: 'usage', limit: { free: Number.POSITIVE_INFINITY }, period: '30d' },
      action: { type: 'block', message: 'No more' },
    };
    expect(said([gate], { type: 'freemium' })).toContain('a: step-1 is never done, as no plan has a limit.');
  });
});
