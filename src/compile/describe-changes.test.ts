import { describe, expect, it } from 'vitest';
import { type LoopInput, resolveConfig } from '../config/index.ts';
import type { Plan } from '../plan/index.ts';
import { compileConfig } from './compile-config.ts';
import { describeChanges } from './describe-changes.ts';

const email = { type: 'email', template: 'welcome', personalization: { a: '1', b: '2' } } as const;
const loop = {
  type: 'activation',
  opinion: 'o',
  steps: [
    {
      id: 'first',
      trigger: { type: 'event', name: 'signed.up' },
      condition: { type: 'event', name: 'done', timeout: '5m' },
      action: email,
    },
    { id: 'second', delay: '1d', action: email },
  ],
} satisfies LoopInput;
const [first, second] = loop.steps;

function planOf(change: Partial<LoopInput>, longestWait?: number): Plan {
  const [plan] = compileConfig(resolveConfig({ ...loop, ...change }), { longestWait }).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
const changesTo = (change: Partial<LoopInput>) => describeChanges(planOf({}), planOf(change));

describe('what has changed', () => {
  it('is said of waits, conditions and emails', () => {
    const condition = { ...first?.condition, name: 'paid', timeout: '10m' } as const;
    expect(changesTo({ steps: [{ ...first, condition }, second] as LoopInput['steps'] })).toEqual([
      'first: timeout 5m -> 10m',
      'first: condition the event done arrives -> the event paid arrives',
      'goal within 30d: the event done -> within 30d: the event paid',
    ]);
    const other = { ...email, template: 'hello', subject: 'Hi', personalization: { a: '1', b: '3' } };
    expect(
      changesTo({ steps: [first, { ...second, delay: '2d', action: other }] as LoopInput['steps'] }),
    ).toEqual([
      'second: delay 1d -> 2d',
      'second: email welcome -> hello',
      'second: value of b 2 -> 3',
      'second: subject line is Hi now',
    ]);
  });

  it('is said of steps that come and go, once each', () => {
    expect(changesTo({ steps: [first, { ...second, id: 'third' }] as LoopInput['steps'] })).toEqual([
      'second is gone',
      'third is new',
    ]);
  });

  it('is said of what starts a run, of rules, goals and retries, and of the Upstash plan', () => {
    expect(
      changesTo({
        steps: [{ ...first, trigger: { type: 'event', name: 'invited' } }, second] as LoopInput['steps'],
        frequency: { cap: 1, period: '1d' },
        holdout: 0.1,
        goal: { event: 'paid' },
        recovery: { retries: 0 },
      }),
    ).toEqual([
      'started when the event signed.up arrives -> the event invited arrives',
      'rules none -> at most 1 email in 1d; 10 % get nothing, to measure the others against',
      'held out 0 % -> 10 %',
      'goal within 30d: the event done -> within 30d: the event paid',
      'retries 3, after 10000 * pow(2, retried) ms -> 0, after 10000 * pow(2, retried) ms',
    ]);
    expect(describeChanges(planOf({}), planOf({}, 86_400))).toEqual(['longest wait at once 7d -> 1d']);
  });

  it('is nothing where keys are in another order, or only `onChange` is another', () => {
    const reordered = { ...email, personalization: { b: '2', a: '1' } };
    expect(planOf({ steps: [{ ...first, action: reordered }, second] as LoopInput['steps'] }).hash).toBe(
      planOf({}).hash,
    );
    expect(planOf({ onChange: 'drain' }).hash).toBe(planOf({}).hash);
  });
});
