import { describe, expect, it } from 'vitest';
import { analyseQuery } from './analyse-query.ts';
import type { Dialect } from './tokens.ts';

function mentioned(sql: string, dialect: Dialect = 'postgres'): string[] {
  const summary = analyseQuery(sql, { dialect, parameters: 1 });
  if (!summary.ok || !summary.understood) throw new Error(`not understood: ${sql}`);
  return summary.mentions.map(({ tables, column }) => `${tables.join('/')}.${column}`).sort();
}

describe('the columns that a query speaks of', () => {
  it('are those of its table, in every clause', () => {
    expect(
      mentioned(
        'SELECT name, count(*) FROM users WHERE id = $1 AND plan IS NULL GROUP BY name HAVING max(age) > 3 ORDER BY born',
      ),
    ).toEqual(['users.age', 'users.born', 'users.id', 'users.name', 'users.plan']);
    expect(mentioned("SELECT * FROM users WHERE \"firstName\" = 'Ada' AND LastName = 'L'")).toEqual([
      'users.firstName',
      'users.lastname',
    ]);
    expect(mentioned('SELECT `a` FROM users WHERE B = "text"', 'mysql')).toEqual(['users.B', 'users.a']);
  });

  it('are found by alias, and without one may be of any table of the join', () => {
    expect(
      mentioned('SELECT u.id FROM users u JOIN orders AS o ON o.user_id = u.id WHERE total > 3'),
    ).toEqual(['orders.user_id', 'users.id', 'users/orders.total']);
  });

  it('in a subquery may be of the query around it', () => {
    expect(
      mentioned(
        'SELECT 1 FROM users u WHERE EXISTS (SELECT 1 FROM orders WHERE user_id = u.id AND state = $1)',
      ),
    ).toEqual(['orders/users.state', 'orders/users.user_id', 'users.id']);
    // A subquery in FROM sees no other table.
    expect(mentioned('SELECT t.n FROM (SELECT count(*) AS n FROM orders WHERE paid) t, users u')).toEqual([
      'orders.paid',
    ]);
  });

  it('are not names that the query gives itself, words of the language or what a CTE answers with', () => {
    expect(mentioned('SELECT count(*) AS n FROM users GROUP BY plan HAVING count(*) > 1 ORDER BY n')).toEqual(
      ['users.plan'],
    );
    expect(mentioned('SELECT u FROM users u WHERE u.seen > current_date')).toEqual(['users.seen']);
    expect(
      mentioned('WITH recent AS (SELECT id AS who FROM users WHERE seen > now()) SELECT who FROM recent'),
    ).toEqual(['users.id', 'users.seen']);
    expect(mentioned('SELECT who, id FROM users, generate_series(1, 2) AS who')).toEqual([]);
    expect(mentioned('SELECT id FROM users ORDER BY ctid')).toEqual(['users.id']);
  });
});
