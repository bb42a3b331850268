import { describe, expect, it } from 'vitest';
import { requireUpdate, toPositional, updateToPositional } from './to-positional.ts';

describe('a query for a driver that takes ?', () => {
  it.each([
    ['SELECT * FROM a WHERE id = $1', 'SELECT * FROM a WHERE id = ?', ['x']],
    ['SELECT $2, $1, $2', 'SELECT ?, ?, ?', ['y', 'x', 'y']],
    [`SELECT '$1', "$1", \`$1\`, $1`, `SELECT '$1', "$1", \`$1\`, ?`, ['x']],
    [`SELECT 'it''s $1 \\' $1', $1`, `SELECT 'it''s $1 \\' $1', ?`, ['x']],
    ['SELECT a$1 FROM t -- $1 ?\nWHERE b = $1 # $1\n', 'SELECT a$1 FROM t\nWHERE b = ?', ['x']],
    ['SELECT /* $1 ? */ 1;', 'SELECT 1', []],
    [`SELECT '?', ':a'`, `SELECT '?', ':a'`, []],
  ])('%s', (sql, text, params) => {
    expect(toPositional(sql, ['x', 'y'], 'mysql')).toEqual({ sql: text, params });
  });

  it.each([
    ['SELECT $3', 'has the parameter $3, which nothing supplies'],
    ['SELECT ?', 'has the parameter ?, which nothing supplies'],
    ['SELECT 1; DROP TABLE users', 'is more than one statement'],
    ['DELETE FROM users WHERE id = $1', 'is not a SELECT'],
    ['SELECT 1 /*! INTO OUTFILE "x" */', 'has a comment that MySQL runs'],
    ["SELECT 1 WHERE a > NOW() - INTERVAL '7 days'", 'has an interval as PostgreSQL writes it'],
  ])('is refused: %s', (sql, message) => {
    expect(() => toPositional(sql, ['x', 'y'], 'mysql')).toThrow(message);
  });
});

describe('an update for a driver that takes ?', () => {
  it('has its parameters in their places', () => {
    const sql = 'UPDATE users SET a = 1 WHERE id = $1; -- once';
    expect(updateToPositional(sql, ['x'], 'mysql')).toEqual({
      sql: 'UPDATE users SET a = 1 WHERE id = ?',
      params: ['x'],
    });
  });

  it.each([
    ['DELETE FROM users WHERE id = $1', 'is not an UPDATE'],
    ['UPDATE users SET a = 1', 'has no $1 in its WHERE clause'],
    ['UPDATE users SET a = $2 WHERE id = $1', 'has the parameter $2'],
  ])('is refused on every database: %s', (sql, message) => {
    expect(() => updateToPositional(sql, ['x'], 'mysql')).toThrow(message);
    expect(() => requireUpdate(sql, ['x'], 'postgres')).toThrow(message);
  });
});
