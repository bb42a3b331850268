import { describe, expect, it } from 'vitest';
import { copiesIn, isPrepareAlone, ownSettingsIn, setsConfig, subscriptionsIn } from './sql-text.ts';

describe('what a text does to its session', () => {
  it.each([
    ['LISTEN Plain', [{ kind: 'listen', channel: 'plain' }]],
    [
      'listen "Quo""ted"; UNLISTEN *',
      [
        { kind: 'listen', channel: 'Quo"ted' },
        { kind: 'unlisten', channel: '*' },
      ],
    ],
    ['SELECT listened FROM t', []],
  ])('%s subscribes', (sql, subscriptions) => {
    expect(subscriptionsIn(sql)).toEqual(subscriptions);
  });

  it.each([
    [`SELECT set_config('a', 'b', false)`, true],
    [`SELECT set_config('a', $1, true)`, false],
    [`SELECT set_config('a', $1, true), set_config('b', $2, false)`, true],
    ['UPDATE t SET a = 1', false],
  ])('%s sets something that lasts: %s', (sql, lasts) => {
    expect(setsConfig(sql)).toBe(lasts);
  });

  it('names settings of its own', () => {
    expect(
      ownSettingsIn(`SET app.User = 'x'; SELECT set_config('b.c', '1', false); SET search_path = x`),
    ).toEqual(['app.user', 'b.c']);
  });

  it.each([
    ['COPY t FROM STDIN', true],
    ['-- rows\n/* of */ copy t (a, b) from stdin with (format csv);', true],
    ['BEGIN; COPY t FROM STDIN', true],
    ['COPY t TO STDOUT', false],
    [`INSERT INTO t VALUES ('copy this from stdin')`, false],
  ])('%s takes rows: %s', (sql, takes) => {
    expect(copiesIn(sql)).toBe(takes);
  });

  it.each([
    ['PREPARE p AS SELECT 1;', true],
    ['PREPARE p AS SELECT 1; DELETE FROM t', false],
    ['DELETE FROM t; PREPARE p AS SELECT 1', false],
  ])('%s may be run again: %s', (sql, may) => {
    expect(isPrepareAlone(sql)).toBe(may);
  });
});
