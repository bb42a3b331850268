import { describe, expect, it } from 'vitest';
import { analyseUpdate } from './analyse-update.ts';

const analyse = (sql: string) => analyseUpdate(sql, { dialect: 'postgres', parameters: 1 });

describe('analyseUpdate', () => {
  it('takes one UPDATE that is bound to the subject', () => {
    const sql = 'UPDATE users SET re_engagement_sent = true WHERE id = $1';
    expect(analyse(`${sql}; -- once`)).toEqual({ ok: true, sql });
  });

  it.each([
    ['SELECT 1', 'query_not_update'],
    ['DELETE FROM users WHERE id = $1', 'query_not_update'],
    ['UPDATE users SET a = 1 WHERE id = $1; DROP TABLE users', 'query_multiple'],
    ['UPDATE users SET a = 1', 'query_parameter'],
    ['UPDATE users SET a = $1', 'query_parameter'],
    ['UPDATE users SET a = (SELECT b FROM t WHERE u = $1)', 'query_parameter'],
    ['UPDATE users SET a = 1 WHERE id = $2', 'query_parameter'],
    ['UPDATE users SET a = 1 WHERE', 'query_syntax'],
  ])('refuses %s (%s)', (sql, code) => {
    expect(analyse(sql)).toMatchObject({ ok: false, code });
  });
});
