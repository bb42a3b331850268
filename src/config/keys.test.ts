import { describe, expect, it } from 'vitest';
import { allowedKeys, closestKey } from './keys.ts';
import { ConfigSchema } from './schema.ts';

describe('closestKey', () => {
  it.each([
    ['stpes', 'steps'],
    ['Trigger', 'trigger'],
    ['onTimeout', 'otherwise'],
    ['wait', 'delay'],
  ])('takes %s for %s', (key, meant) => {
    expect(closestKey(key, ['steps', 'trigger', 'otherwise', 'delay'])).toBe(meant);
  });

  it('does not guess where nothing is near', () => {
    expect(closestKey('colour', ['steps', 'trigger'])).toBeUndefined();
    expect(closestKey('wait', ['steps', 'trigger'])).toBeUndefined();
  });
});

describe('allowedKeys', () => {
  const input = {
    loops: [{ steps: [{ trigger: { type: 'api' }, condition: { type: 'event' } }], goal: {} }],
    tables: { users: {} },
  };

  it.each([
    [[], ['loops', 'database', 'users']],
    [
      ['loops', 0, 'steps', 0],
      ['id', 'trigger', 'delay'],
    ],
    [
      ['tables', 'users'],
      ['id', 'subject', 'cursor', 'boundTo'],
    ],
  ])('are read off the schema at %j', (path, keys) => {
    expect(allowedKeys(ConfigSchema, input, path)).toEqual(expect.arrayContaining(keys));
  });

  it('are those of the member of a union that is meant', () => {
    expect(allowedKeys(ConfigSchema, input, ['loops', 0, 'steps', 0, 'trigger'])).toEqual([
      'type',
      'endpoint',
      'method',
    ]);
    expect(allowedKeys(ConfigSchema, input, ['loops', 0, 'goal'])).toEqual(['query', 'within', 'event']);
  });

  it('are none where nothing is known', () => {
    expect(allowedKeys(ConfigSchema, input, ['nowhere', 0])).toEqual([]);
  });
});
