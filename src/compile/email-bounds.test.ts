import { describe, expect, it } from 'vitest';
import { type ConfigInput, type LoopInput, resolveConfig } from '../config/index.ts';
import { compileConfig } from './compile-config.ts';
import { proveEmailBounds } from './email-bounds.ts';

type Step = LoopInput['steps'][number];
const email = { type: 'email', template: 'welcome' } as const;
const loop = (id: string, steps: Step[], more: Partial<LoopInput> = {}): LoopInput => ({
  id,
  type: 'activation',
  opinion: 'o',
  steps,
  ...more,
});
const signUp: Step['trigger'] = { type: 'database', table: 'users', event: 'insert' };
const daily: Step['trigger'] = { type: 'schedule', cron: '0 9 * * *', timezone: 'Europe/Berlin' };
const audience: Step['condition'] = { type: 'query', query: 'SELECT * FROM users' };
const plansOf = (loops: LoopInput[], more: Partial<ConfigInput> = {}) =>
  compileConfig(resolveConfig({ loops, ...more })).plans;
function bounds(loops: LoopInput[], more?: Partial<ConfigInput>): [number, number] {
  const { perDay, perWeek } = proveEmailBounds(plansOf(loops, more));
  return [perDay, perWeek];
}

describe('the most emails a person can get', () => {
  it('are those of one run, where a loop is entered once', () => {
    expect(bounds([loop('a', [{ trigger: signUp, action: email }])])).toEqual([1, 1]);
    const twice = [{ trigger: signUp, action: email }, { action: email }];
    expect(bounds([loop('a', twice)])).toEqual([2, 2]);
  });

  it('are fewer in a day where delays keep them apart', () => {
    const steps = [
      { trigger: signUp, action: email },
      { delay: '2d', action: email },
      { delay: '10d', action: email },
    ];
    expect(bounds([loop('a', steps)])).toEqual([1, 2]);
  });

  it('count one way out of a step, not both', () => {
    const condition: Step['condition'] = { type: 'event', name: 'done', timeout: '1h' };
    expect(bounds([loop('a', [{ trigger: signUp, condition, action: email, otherwise: email }])])).toEqual([
      1, 1,
    ]);
  });

  it('are one a day of an audience, by its schedule and by the default cap', () => {
    expect(bounds([loop('a', [{ trigger: daily, condition: audience, action: email }])])).toEqual([1, 7]);
    const hourly: Step['trigger'] = { type: 'schedule', cron: '0 * * * *' };
    expect(bounds([loop('a', [{ trigger: hourly, condition: audience, action: email }])])).toEqual([1, 7]);
    const weekly: Step['trigger'] = { type: 'schedule', cron: '0 9 * * 1' };
    expect(bounds([loop('a', [{ trigger: weekly, condition: audience, action: email }])])).toEqual([1, 1]);
  });

  it('are unbounded where anything may start a loop again, until something caps it', () => {
    const steps: Step[] = [{ trigger: { type: 'event', name: 'x' }, action: email }];
    expect(bounds([loop('a', steps)])).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(bounds([loop('a', steps, { frequency: { cap: 2, period: '1d' } })])).toEqual([2, 14]);
    expect(bounds([loop('a', steps, { reentry: 'never' })])).toEqual([1, 1]);
    expect(bounds([loop('a', steps, { reentry: { cooldown: '3d' } })])).toEqual([1, 3]);
  });

  it('add up over loops, under the cap over all', () => {
    const loops = ['a', 'b', 'c'].map((id) => loop(id, [{ trigger: signUp, action: email }]));
    expect(bounds(loops)).toEqual([3, 3]);
    expect(bounds(loops, { frequency: { cap: 2, period: '7d' } })).toEqual([2, 2]);
  });

  it('are not capped where they are transactional', () => {
    const steps: Step[] = [
      { trigger: { type: 'event', name: 'x' }, action: { ...email, kind: 'transactional' } },
    ];
    const [perDay] = bounds([loop('a', steps, { frequency: { cap: 1, period: '1d' } })]);
    expect(perDay).toBe(Number.POSITIVE_INFINITY);
  });
});
