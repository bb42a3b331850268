import { describe, expect, it } from 'vitest';
import type { SkeneEvent } from '../events/index.ts';
import { topicsOf, topicsOfEvent } from './topics.ts';

const event = (fields: Partial<SkeneEvent>): SkeneEvent => ({
  specversion: '1.0',
  id: '1',
  source: '/test',
  type: 'x',
  ...fields,
});

describe('topics', () => {
  it('meet where a run waits for a row and where the row is heard', () => {
    const wakes = [{ table: 'app.user_actions', column: 'user_id', equals: {} }];
    const waited = topicsOf(
      { type: 'query', sql: '', aboutSubject: true, timeout: 300, wakes, checks: [] },
      '42',
    );
    const heard = topicsOfEvent(event({ type: 'db.app.user_actions.insert', data: { user_id: 42 } }), {
      'app.user_actions': ['user_id'],
    });
    expect(heard).toEqual(waited);
  });

  it('meet where a run waits for an event and where the event arrives', () => {
    const waited = topicsOf({ type: 'event', name: 'project.created', where: {}, timeout: 300 }, 'ada');
    expect(topicsOfEvent(event({ type: 'project.created', subject: 'ada' }), {})).toEqual(waited);
    expect(topicsOfEvent(event({ type: 'project.created', subject: 'bob' }), {})).not.toEqual(waited);
  });

  it('are heard by every column that names a user, and not by one that is empty', () => {
    const columns = { invites: ['inviter_id', 'invitee_id'] };
    expect(
      topicsOfEvent(event({ type: 'db.invites.insert', data: { inviter_id: 1, invitee_id: null } }), columns),
    ).toEqual(['db.invites.inviter_id=1']);
    expect(topicsOfEvent(event({ type: 'db.other.insert', data: { id: 1 } }), columns)).toEqual([]);
  });
});
