import { describe, expect, it } from 'vitest';
import { analyseQuery } from './analyse-query.ts';
import type { Dialect } from './tokens.ts';

function staleColumn(sql: string, dialect: Dialect) {
  const analysis = analyseQuery(sql, { dialect, parameters: 1 });
  if (!analysis.ok) throw new Error(analysis.message);
  return analysis.staleColumn;
}

const of = (table: string, column: string) => ({ table, column });

describe('the column that says when something was last done', () => {
  it.each([
    [
      "SELECT * FROM users WHERE last_seen < NOW() - INTERVAL '7 days' AND sent = false",
      of('users', 'last_seen'),
    ],
    [
      "SELECT id FROM users u WHERE current_timestamp - interval '1 week' >= u.last_seen",
      of('users', 'last_seen'),
    ],
    [
      'SELECT u.id FROM users u JOIN plans p ON p.id = u.plan_id WHERE u.last_seen <= now() AND p.price > 0',
      of('users', 'last_seen'),
    ],
    ['SELECT * FROM app.users WHERE last_seen < current_date', of('app.users', 'last_seen')],
  ])('is found in %s', (sql, column) => {
    expect(staleColumn(sql, 'postgres')).toEqual(column);
  });

  it.each([
    "SELECT * FROM users WHERE last_seen > NOW() - INTERVAL '7 days'",
    "SELECT * FROM users WHERE last_seen < '2026-01-01'",
    'SELECT * FROM users WHERE last_seen < now() OR banned',
    "SELECT * FROM users WHERE last_seen < now() AND created_at < now() - interval '1 day'",
    'SELECT * FROM users WHERE id = $1',
    'SELECT * FROM (SELECT * FROM users) AS u WHERE u.last_seen < now()',
  ])('is not guessed from %s', (sql) => {
    expect(staleColumn(sql, 'postgres')).toBeUndefined();
  });

  it('is found in the words of MySQL', () => {
    const sql = 'SELECT * FROM users WHERE last_seen < DATE_SUB(NOW(), INTERVAL 7 DAY)';
    expect(staleColumn(sql, 'mysql')).toEqual(of('users', 'last_seen'));
  });
});
