import { describe, expect, it } from 'vitest';
import { compileConfig } from '../compile/index.ts';
import { resolveConfig } from '../config/index.ts';
import type { RunRecord } from '../state/index.ts';
import { planOf, progressOf } from './progress.ts';

const email = { type: 'email', template: 'activation_welcome' } as const;
const [plan] = compileConfig(
  resolveConfig({
    id: 'welcome',
    type: 'activation',
    opinion: 'They come',
    steps: [
      {
        trigger: { type: 'event', name: 'signed.up' },
        delay: '1h',
        condition: { type: 'event', name: 'came', timeout: '7d' },
        action: email,
        otherwise: email,
      },
      { delay: '1d', action: email },
    ],
  }),
).plans;

function runWith(facts: Array<[string, string]>, endedAt?: number): RunRecord {
  const written = [['started', ''], ...facts] as Array<[string, string]>;
  return {
    runId: 'wfr_1',
    loop: 'welcome',
    subject: '1',
    startedAt: 1,
    endedAt,
    facts: written.map(([outcome, step], index) => ({ outcome, step, at: index + 1 })),
  };
}

function shown(facts: Array<[string, string]>, names: string[] = [], endedAt?: number) {
  if (plan === undefined) throw new Error('There is no plan.');
  const steps = ['init', ...names].map((name) => ({ name }));
  const { passed, at, state } = progressOf(plan, { run: runWith(facts, endedAt), steps });
  return { passed: [...passed].slice(1), at, state };
}

const MET: Array<[string, string]> = [
  ['met', 'step-1'],
  ['sent', 'step-1'],
];

describe('how far a run has come', () => {
  it('is its delay first, then its wait', () => {
    expect(shown([], ['step-1 delay'])).toMatchObject({ passed: [], at: 'step-1/delay' });
    const waiting = shown([], ['step-1 delay', 'step-1', 'step-1 wait 1']);
    expect(waiting).toEqual({ passed: ['step-1/delay'], at: 'step-1/wait', state: 'under way' });
  });

  it('takes the branch that the verdict chose', () => {
    const one = ['step-1/delay', 'step-1/wait', 'step-1/then'];
    expect(shown(MET)).toMatchObject({ passed: one, at: 'step-2/delay' });
    const late = shown([
      ['timed_out', 'step-1'],
      ['sent', 'step-1'],
    ]);
    expect(late.passed).toEqual(['step-1/delay', 'step-1/wait', 'step-1/else']);
  });

  it('is before the action while quiet hours last', () => {
    expect(shown([['postponed', 'step-1']])).toMatchObject({
      passed: ['step-1/delay', 'step-1/wait'],
      at: 'step-1/then',
    });
  });

  it('is the same when it follows another definition, and ends where it is drained', () => {
    expect(shown([['followed', 'step-1']])).toMatchObject({ passed: ['step-1/delay'], at: 'step-1/wait' });
    const drained = shown([...MET, ['superseded', 'step-2']], [], 9);
    expect(drained.passed).toEqual(['step-1/delay', 'step-1/wait', 'step-1/then']);
    expect(drained).toMatchObject({ at: undefined, state: 'ended' });
  });

  it('is nowhere once the run has come through, and where it was given up', () => {
    const through = shown([...MET, ['sent', 'step-2']], [], 9);
    expect(through).toMatchObject({ at: undefined, state: 'ended' });
    expect(through.passed).toContain('step-2/then');
    expect(shown([['failed', '']], ['step-1'], 9)).toMatchObject({ at: 'step-1/wait', state: 'failed' });
  });

  it('is followed in the plan that the run was started with, or the one that has its name', () => {
    if (plan === undefined) throw new Error('There is no plan.');
    const [old, other] = [
      { ...plan, hash: 'old' },
      { ...plan, loop: 'other' },
    ];
    const run = runWith([]);
    const named = { outcome: 'started', step: '', at: 1, detail: { plan: 'old' } };
    expect(planOf({ ...run, facts: [named] }, [plan, old])).toBe(old);
    const followed = { outcome: 'followed', step: 'step-1', at: 2, detail: { plan: plan.hash } };
    expect(planOf({ ...run, facts: [named, followed] }, [old, plan])).toBe(plan);
    expect(planOf({ ...run, facts: [named] }, [other, plan])).toBe(plan);
    expect(planOf(run, [other])).toBeUndefined();
  });
});
