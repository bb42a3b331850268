import { describe, expect, it } from 'vitest';
import type { SkeneEvent } from '../events/index.ts';
import type { GoalSign, Plan } from '../plan/index.ts';
import type { State } from '../state/index.ts';
import { type GoalContext, noteGoals } from './goals.ts';

const NOW = Date.parse('2026-11-21T09:00:00Z');
type Trials = State['trials'];
type Reaching = Parameters<Trials['reach']>[0][number];

const planFor = (sign: GoalSign) =>
  ({
    loop: 'l',
    entry: 'e',
    goal: { hash: 'h', within: 60, sign },
    users: { table: 'users', id: 'id' },
  }) as Plan;

const event = (type: string, more: Partial<SkeneEvent> = {}): SkeneEvent => ({
  specversion: '1.0',
  id: 'event-1',
  source: '/test',
  type,
  ...more,
});

/** Who was counted, with trials that take everybody and windows that are open for whom they are said to be. */
async function reachedBy(
  events: readonly SkeneEvent[],
  sign: GoalSign,
  more: Partial<GoalContext> & { open?: string[] } = {},
): Promise<Reaching[]> {
  const reached: Reaching[] = [];
  const trials = {
    reach: async (reachings: readonly Reaching[]) => reachings.map((one) => reached.push(one) > 0),
    windows: async (wanted: ReadonlyArray<{ subject: string }>) =>
      wanted.map(({ subject }) =>
        more.open?.includes(subject) ? { subject, since: NOW, last: NOW } : undefined,
      ),
  };
  await noteGoals(events, {
    plans: [planFor(sign)],
    state: { trials: trials as unknown as Trials },
    columns: { sessions: ['user_id'], users: ['id'] },
    now: () => NOW,
    ...more,
  });
  return reached;
}

const subjects = (reached: readonly Reaching[]) => reached.map(({ subject }) => subject);

describe('noteGoals', () => {
  const shared: GoalSign = { type: 'event', name: 'project.shared', where: { plan: 'pro' } };

  it('takes an event for the goal that names it, with its values, and about somebody', async () => {
    const data = { plan: 'pro' };
    const events = [
      event('project.shared', { subject: 'ada', data }),
      event('project.shared', { subject: 'bob', data: { plan: 'free' } }),
      event('project.shared', { data }),
      event('project.opened', { subject: 'eve', data }),
    ];
    expect(subjects(await reachedBy(events, shared))).toEqual(['ada']);
  });

  it('takes any of the events that an author calls the same', async () => {
    const sign: GoalSign = { type: 'event', name: 'a', or: ['b'], where: {} };
    expect(subjects(await reachedBy([event('b', { subject: 'ada' })], sign))).toEqual(['ada']);
  });

  it('counts events by when they came in, rows by when they were written, and the first of somebody first', async () => {
    const sign: GoalSign = { type: 'activity' };
    const row = (minute: number) =>
      event('db.sessions.insert', {
        data: { user_id: 7 },
        time: new Date(NOW - minute * 60_000).toISOString(),
      });
    const tracked = event('app.opened', { subject: 'ada', time: '2020-01-01T00:00:00Z' });
    const reached = await reachedBy([row(1), row(3), tracked], sign);
    expect(reached.map(({ subject, at }) => [subject, at])).toEqual([
      ['7', NOW - 180_000],
      ['7', NOW - 60_000],
      ['ada', NOW],
    ]);
  });

  it.each([
    ['clerk.session.created', ['ada']],
    ['nextauth.signIn', ['ada']],
    ['anything.of.the.app', ['ada']],
    ['clerk.user.updated', []],
    ['stripe.invoice.paid', []],
    ['subscription.churned', []],
    ['usages.exported', ['ada']],
    ['db.users.insert', []],
    ['db.sessions.delete', []],
    ['db.sessions.update', []],
  ])('tells by %s whether somebody was active', async (type, expected) => {
    const told = event(type, { subject: 'ada', data: { id: 'ada', user_id: 'ada' } });
    expect(subjects(await reachedBy([told], { type: 'activity' }))).toEqual(expected);
  });

  describe('of a goal that is a query', () => {
    const sign: GoalSign = {
      type: 'query',
      sql: 'SELECT 1',
      wakes: [{ table: 'sessions', column: 'user_id', equals: { kind: 'paid' } }],
    };
    const row = (user: string, kind = 'paid') =>
      event('db.sessions.insert', { data: { user_id: user, kind } });

    it('asks the database about those alone whose window is open and whose row fits', async () => {
      const asked: string[] = [];
      const holds = async (_query: unknown, subject: string) => {
        asked.push(subject);
        return subject === 'ada';
      };
      const rows = [row('ada'), row('bob'), row('ada'), row('closed'), row('free', 'free')];
      const reached = await reachedBy(rows, sign, { holds, open: ['ada', 'bob'] });
      expect(asked).toEqual(['ada', 'bob']);
      expect(new Set(subjects(reached))).toEqual(new Set(['ada']));
    });

    it('asks nobody where there is no database', async () => {
      expect(await reachedBy([row('ada')], sign, { open: ['ada'] })).toEqual([]);
    });
  });
});
