import { describe, expect, it } from 'vitest';
import type { SkeneEvent } from '../events/index.ts';
import { hasValues, matchPlans } from './match.ts';
import type { Plan, PlanTrigger } from './plan.ts';

const plan = (trigger: PlanTrigger): Plan => ({
  version: 1,
  loop: 'welcome',
  type: 'activation',
  entry: 'step-1',
  hash: 'h',
  trigger,
  steps: [],
  recovery: { retries: 3, retryDelay: '1000' },
  users: { table: 'users', id: 'id', email: 'email', name: 'name' },
  longestWait: 604_800,
});
const event = (fields: Partial<SkeneEvent>): SkeneEvent => ({
  specversion: '1.0',
  id: '1',
  source: '/test',
  type: 'x',
  ...fields,
});
const onUsers = plan({ type: 'database', table: 'users', operation: 'insert', where: {}, subject: 'id' });

describe('matchPlans', () => {
  it('starts a database loop for the user its row names, whatever type the id has', () => {
    for (const id of [42, '42', 42n]) {
      expect(
        matchPlans([onUsers], event({ type: 'db.users.insert', data: { id } })).map(({ subject }) => subject),
      ).toEqual(['42']);
    }
  });

  it('starts nothing for another table, another operation, or a row that names nobody', () => {
    const others = [
      event({ type: 'db.accounts.insert', data: { id: 1 } }),
      event({ type: 'db.users.update', data: { id: 1 } }),
      event({ type: 'db.users.insert', data: { id: null } }),
      event({ type: 'db.users.insert', data: { id: { nested: 1 } } }),
      event({ type: 'db.users.insert' }),
    ];
    expect(others.flatMap((other) => matchPlans([onUsers], other))).toEqual([]);
  });

  it('asks for the values a trigger names', () => {
    const pro = plan({
      type: 'database',
      table: 'users',
      operation: 'insert',
      where: { plan: 'pro', trial: false },
      subject: 'id',
    });
    const start = (data: Record<string, unknown>) =>
      matchPlans([pro], event({ type: 'db.users.insert', data })).length;
    expect(start({ id: 1, plan: 'pro', trial: false })).toBe(1);
    expect(start({ id: 1, plan: 'pro', trial: true })).toBe(0);
    expect(start({ id: 1, plan: 'pro' })).toBe(0);
  });

  it('starts event and webhook loops for the subject of the event', () => {
    const onEvent = plan({ type: 'event', name: 'project.created' });
    const onClerk = plan({ type: 'webhook', provider: 'clerk', event: 'user.created' });
    expect(matchPlans([onEvent, onClerk], event({ type: 'project.created', subject: 'ada' }))).toEqual([
      { plan: onEvent, subject: 'ada' },
    ]);
    expect(matchPlans([onEvent, onClerk], event({ type: 'clerk.user.created', subject: 'ada' }))).toEqual([
      { plan: onClerk, subject: 'ada' },
    ]);
    expect(matchPlans([onEvent], event({ type: 'project.created' }))).toEqual([]);
  });
});

describe('hasValues', () => {
  it('compares as text, and takes an absent value for null', () => {
    expect(hasValues({ a: 1, b: true, c: 'x' }, { a: '1', b: 'true', c: 'x' })).toBe(true);
    expect(hasValues({}, { gone: null })).toBe(true);
    expect(hasValues({ gone: 'null' }, { gone: null })).toBe(false);
    expect(hasValues(undefined, { a: 1 })).toBe(false);
  });
});
