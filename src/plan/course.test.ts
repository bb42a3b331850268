import { describe, expect, it } from 'vitest';
import { courseOf } from './course.ts';
import type { Plan, PlanStep } from './plan.ts';

const step = (id: string): PlanStep => ({ id, delay: 0, action: { type: 'custom', name: 'do', input: {} } });
const plan = (change: Partial<Plan> = {}): Plan => ({
  version: 1,
  loop: 'welcome',
  type: 'activation',
  entry: 'first',
  hash: 'old',
  trigger: { type: 'event', name: 'signed.up' },
  steps: [step('first'), step('second')],
  recovery: { retries: 0, retryDelay: '0' },
  users: { table: 'users', id: 'id', email: 'email', name: 'name' },
  longestWait: 604_800,
  ...change,
});
const changed = (change: Partial<Plan> = {}) => [plan({ hash: 'new', ...change })];

describe('the course of a run', () => {
  it('is its own where nothing has changed, or it is pinned', () => {
    expect(courseOf(plan({ onChange: 'drain' }), 'first', [plan({ onChange: 'drain' })])).toEqual({
      turn: 'keep',
    });
    expect(courseOf(plan(), 'first', changed())).toEqual({ turn: 'keep' });
  });

  it('is what the loop says now, not what it said when the run began', () => {
    expect(courseOf(plan(), 'first', changed({ onChange: 'drain' }))).toEqual({ turn: 'end' });
    const [now] = changed({ onChange: 'follow' });
    expect(courseOf(plan({ onChange: 'drain' }), 'second', now ? [now] : [])).toEqual({
      turn: 'follow',
      plan: now,
    });
  });

  it('is its own where it would not find its way in the new definition', () => {
    const follow = (change: Partial<Plan>) =>
      courseOf(plan(), 'second', changed({ onChange: 'follow', ...change }));
    expect(follow({ steps: [step('first')] })).toMatchObject({
      turn: 'keep',
      because: 'it has no step second any more',
    });
    expect(follow({ type: 'retention' })).toMatchObject({
      turn: 'keep',
      because: 'the loop is of type retention now',
    });
    const trigger = { type: 'schedule', cron: '0 9 * * *', timezone: 'UTC' } as const;
    expect(follow({ trigger })).toMatchObject({
      turn: 'keep',
      because: 'the loop is started in another way now',
    });
  });

  it('ends where the loop is gone, unless the run was pinned', () => {
    expect(courseOf(plan(), 'first', [])).toEqual({ turn: 'keep' });
    expect(courseOf(plan({ onChange: 'follow' }), 'first', [])).toEqual({ turn: 'end' });
    expect(courseOf(plan({ onChange: 'drain' }), 'first', [])).toEqual({ turn: 'end' });
    expect(courseOf(plan(), 'first', changed({ entry: 'other', onChange: 'follow' }))).toEqual({
      turn: 'end',
    });
  });
});
