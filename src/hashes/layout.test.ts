import { describe, expect, it } from 'vitest';
import { hasOwnIndex, indexKey, layoutOf, orderKey, rowGlob, rowId, rowKey, watchedTable } from './layout.ts';

const users = layoutOf('users');
const actions = layoutOf('actions', {
  key: 'app[1]:{uid}:action',
  index: { user_id: 'user:{user_id}:actions', created_at: 'actions:by_time' },
});

describe('where rows lie', () => {
  it('is told by the convention, or by the config', () => {
    expect(rowKey(users, 'u1')).toBe('users:u1');
    expect(rowKey(actions, '7')).toBe('app[1]:7:action');
    expect(rowGlob(users)).toBe('users:*');
    expect(rowGlob(actions)).toBe('app\\[1\\]:*:action');
  });

  it.each([
    [users, 'users:u1', 'u1'],
    [users, 'users:u1:profile', undefined],
    [users, 'users:', undefined],
    [users, 'accounts:u1', undefined],
    [actions, 'app[1]:7:action', '7'],
    [actions, 'app[1]:action', undefined],
  ])('is read back from a key: %o %s', (layout, key, id) => {
    expect(rowId(layout, key)).toBe(id);
  });

  it('tells the indexes of the application from those that are kept', () => {
    expect(indexKey(users, 'email', 'a@b')).toBe('skene:index:users:email:a@b');
    expect(indexKey(actions, 'user_id', 'u1')).toBe('user:u1:actions');
    expect([
      hasOwnIndex(actions, 'user_id'),
      hasOwnIndex(actions, 'created_at'),
      hasOwnIndex(users, 'toString'),
    ]).toEqual([true, false, false]);
    expect(orderKey(actions, ['updated_at', 'created_at'])).toBe('actions:by_time');
    expect(orderKey(actions, ['user_id'])).toBeUndefined();
  });

  it('is told writers in two parts', () => {
    expect(watchedTable(actions, { operations: ['insert'], indexes: [] })).toEqual({
      table: 'actions',
      before: 'app[1]:',
      after: ':action',
      operations: ['insert'],
      indexes: [],
    });
  });
});
