import { describe, expect, it } from 'vitest';
import { analyseQuery, type QuerySummary } from './analyse-query.ts';
import type { Dialect } from './tokens.ts';

const analyse = (sql: string, dialect: Dialect = 'postgres') => analyseQuery(sql, { dialect, parameters: 1 });

function summary(sql: string, dialect: Dialect = 'postgres'): QuerySummary {
  const result = analyse(sql, dialect);
  if (!result.ok) throw new Error(`${result.code} at ${result.offset}: ${result.message}`);
  return result;
}

describe('what a query reads', () => {
  it.each(['postgres', 'mysql'] as const)(
    'finds the subject column and the values of a plain query (%s)',
    (dialect) => {
      const sql = `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`;
      expect(summary(sql, dialect)).toMatchObject({
        aboutSubject: true,
        timeDependent: false,
        monotone: true,
        columns: undefined,
        understood: true,
        reads: [
          { table: 'user_actions', column: 'user_id', equals: { action_type: 'first_project_created' } },
        ],
        notices: [],
      });
    },
  );

  it.each<[string, QuerySummary['reads']]>([
    // the precedence of AND over OR, which the parser does not know
    [`SELECT 1 FROM a WHERE u = $1 OR x = 'p' AND y = 'q'`, [{ table: 'a', column: undefined, equals: {} }]],
    [
      `SELECT 1 FROM a WHERE (u = $1 OR x = 'p') AND y = 'q'`,
      [{ table: 'a', column: undefined, equals: { y: 'q' } }],
    ],
    [`SELECT 1 FROM a WHERE NOT (u = $1) AND NOT x = 'p'`, [{ table: 'a', column: undefined, equals: {} }]],
    [`SELECT 1 FROM a WHERE u::text = $1 AND $1::uuid = v`, [{ table: 'a', column: 'u', equals: {} }]],
    [
      `SELECT 1 FROM a WHERE u IN ($1) AND n = 5 AND d IS NULL AND ok = true`,
      [{ table: 'a', column: 'u', equals: { n: 5, d: null, ok: true } }],
    ],
    // capitals count only between quotes
    [`SELECT 1 FROM "Users" WHERE "userId" = $1`, [{ table: 'Users', column: 'userId', equals: {} }]],
    [`SELECT 1 FROM Users WHERE userId = $1`, [{ table: 'users', column: 'userid', equals: {} }]],
    [`SELECT 1 FROM public.t WHERE u = $1`, [{ table: 't', column: 'u', equals: {} }]],
    [`SELECT 1 FROM app.t WHERE u = $1`, [{ table: 'app.t', column: 'u', equals: {} }]],
    // joins
    [
      `SELECT 1 FROM actions a JOIN users u ON u.id = a.user_id WHERE u.id = $1 AND a.kind = 'x'`,
      [
        { table: 'actions', column: 'user_id', equals: { kind: 'x' } },
        { table: 'users', column: 'id', equals: {} },
      ],
    ],
    [
      `SELECT 1 FROM a, b WHERE u = $1 AND a.x = 'p'`,
      [
        { table: 'a', column: undefined, equals: { x: 'p' } },
        { table: 'b', column: undefined, equals: {} },
      ],
    ],
    [
      `SELECT 1 FROM u LEFT JOIN s ON s.user_id = u.id AND s.kind = 'k' AND u.x = 'p' WHERE u.id = $1 AND s.gone IS NULL`,
      [
        { table: 'u', column: 'id', equals: {} },
        { table: 's', column: 'user_id', equals: { kind: 'k' } },
      ],
    ],
    [
      `SELECT 1 FROM a RIGHT JOIN b ON a.x = 'p' AND b.u = $1 WHERE b.y = 'q'`,
      [
        { table: 'a', column: undefined, equals: {} },
        { table: 'b', column: undefined, equals: { y: 'q' } },
      ],
    ],
    [
      `SELECT 1 FROM a NATURAL JOIN b WHERE a.u = $1`,
      [
        { table: 'a', column: 'u', equals: {} },
        { table: 'b', column: undefined, equals: {} },
      ],
    ],
    // subqueries: a bare name in them may be the outer query's
    [
      `SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM t WHERE t.user_id = $1 AND kind = 'x')`,
      [
        { table: 'a', column: undefined, equals: {} },
        { table: 't', column: 'user_id', equals: {} },
      ],
    ],
    [
      `SELECT 1 FROM (SELECT * FROM t WHERE user_id = $1 AND kind = 'x') s WHERE s.y = 'z'`,
      [{ table: 't', column: 'user_id', equals: { kind: 'x' } }],
    ],
    [`WITH x AS (SELECT * FROM x WHERE u = $1) SELECT 1 FROM x`, [{ table: 'x', column: 'u', equals: {} }]],
    [
      `SELECT 1 FROM a WHERE u = $1 UNION SELECT 1 FROM b WHERE v = $1`,
      [
        { table: 'a', column: 'u', equals: {} },
        { table: 'b', column: 'v', equals: {} },
      ],
    ],
    // values a row may write in another way are not claimed
    [
      `SELECT 1 FROM a WHERE u = $1 AND d = '2026-01-01' AND n = '5' AND b = 'yes' AND m = 'Jan-08-1999' AND x = NULL`,
      [{ table: 'a', column: 'u', equals: {} }],
    ],
    [
      `SELECT 1 FROM a WHERE u = $1 AND n = 12345678901234567890 AND x = 'it''s'`,
      [{ table: 'a', column: 'u', equals: {} }],
    ],
  ])('%s', (sql, reads) => {
    expect(summary(sql).reads).toEqual(reads);
  });

  it('claims nothing of a MySQL query with || or XOR', () => {
    expect(summary(`SELECT 1 FROM a WHERE u = $1 AND x = 'p' || y = 'q'`, 'mysql')).toMatchObject({
      reads: [{ table: 'a', column: undefined, equals: {} }],
      notices: [{ code: 'query_dialect', message: expect.stringContaining('OR to MySQL') }],
    });
    expect(summary(`SELECT 1 FROM a WHERE u = $1 XOR x = 'p'`, 'mysql').reads).toEqual([
      { table: 'a', column: undefined, equals: {} },
    ]);
  });

  it('writes truth as MySQL stores it', () => {
    expect(summary('SELECT 1 FROM a WHERE u = $1 AND ok = TRUE', 'mysql').reads[0]?.equals).toEqual({
      ok: 1,
    });
  });
});

describe('how a query can become true', () => {
  it.each([
    `SELECT 1 FROM a WHERE u = $1 AND t < now()`,
    `SELECT 1 FROM a WHERE u = $1 AND t < current_date`,
    `SELECT 1 FROM a WHERE u = $1 AND t < localtimestamp`,
    `SELECT 1 FROM a WHERE u = $1 AND t < 'now'::timestamp`,
    `SELECT 1 FROM a WHERE u = $1 AND age(t) > interval '1 day'`,
    `SELECT 1 FROM a WHERE u = $1 AND is_active(u)`,
  ])('with time alone: %s', (sql) => {
    expect(summary(sql).timeDependent).toBe(true);
  });

  it.each([
    `SELECT lower(x) FROM a WHERE u = $1 AND t > '2026-01-01'::timestamp + interval '1 day'`,
    `SELECT 1 FROM a WHERE u = $1 AND x LIKE 'p%' AND length(coalesce(y, '')) > 3`,
  ])('only when rows are written: %s', (sql) => {
    expect(summary(sql).timeDependent).toBe(false);
  });

  it.each([
    `SELECT 1 FROM a WHERE u = $1 AND NOT x = 'p' AND y <> 'q'`,
    `SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.u = $1) OR a.u IN (SELECT v FROM c)`,
    `SELECT u FROM a WHERE u = $1 GROUP BY u HAVING count(*) >= 3`,
    `SELECT 1 FROM a WHERE u = $1 ORDER BY t DESC LIMIT 1`,
    `SELECT 1 FROM a WHERE u = $1 UNION ALL SELECT 1 FROM b WHERE u = $1`,
  ])('is monotone: %s', (sql) => {
    expect(summary(sql).monotone).toBe(true);
  });

  it.each([
    `SELECT 1 FROM a WHERE u = $1 AND NOT EXISTS (SELECT 1 FROM b WHERE b.u = a.u)`,
    `SELECT 1 FROM a WHERE u = $1 AND x NOT IN (SELECT x FROM b)`,
    `SELECT 1 FROM a WHERE u = $1 AND (SELECT count(*) FROM b) = 0`,
    `SELECT 1 FROM a LEFT JOIN b ON b.u = a.u WHERE a.u = $1 AND b.u IS NULL`,
    `SELECT u FROM a WHERE u = $1 EXCEPT SELECT u FROM b`,
    `SELECT u FROM a WHERE u = $1 GROUP BY u HAVING count(*) < 3`,
    `SELECT u FROM a WHERE u = $1 GROUP BY u HAVING count(*) > 3 OR max(t) < 5`,
    `SELECT 1 FROM a WHERE u = $1 LIMIT 1 OFFSET 2`,
    `SELECT 1 FROM a WHERE a.id IN (SELECT id FROM b ORDER BY t LIMIT 1)`,
    `SELECT 1 FROM (SELECT max(t) AS t FROM a WHERE u = $1) s WHERE s.t < 5`,
  ])('is not monotone: %s', (sql) => {
    expect(summary(sql).monotone).toBe(false);
  });

  it.each([
    `SELECT count(*) FROM a WHERE u = $1`,
    `SELECT EXISTS (SELECT 1 FROM a WHERE u = $1)`,
    `SELECT count(*) > 3 AS many FROM a WHERE u = $1`,
  ])('is met whatever the data: %s', (sql) => {
    expect(summary(sql).notices.map(({ code }) => code)).toEqual(['query_always_met']);
  });

  it('is not always met with a GROUP BY, a HAVING or a window', () => {
    for (const sql of [
      'SELECT u, count(*) FROM a WHERE u = $1 GROUP BY u',
      'SELECT count(*) FROM a WHERE u = $1 HAVING count(*) > 2',
      'SELECT count(*) OVER () FROM a WHERE u = $1',
    ]) {
      expect(summary(sql).notices).toEqual([]);
    }
  });
});

describe('what is refused', () => {
  it.each<[string, string, string, Dialect?]>([
    ['', 'query_syntax', ''],
    ['-- nothing', 'query_syntax', ''],
    [`SELECT 'a FROM t`, 'query_syntax', `'a FROM t`],
    ['SELECT (1 FROM t', 'query_syntax', '(1 FROM t'],
    ['SELECT 1) FROM t', 'query_syntax', ') FROM t'],
    ['SELECT a, FROM t', 'query_syntax', 'FROM t'],
    ['SELECT a FROM t WHERE ORDER BY a', 'query_syntax', 'ORDER BY a'],
    ['SELECT a FROM t WHERE a = AND b = 1', 'query_syntax', 'AND b = 1'],
    ['DELETE FROM t', 'query_not_select', 'DELETE FROM t'],
    ['EXPLAIN SELECT 1', 'query_not_select', 'EXPLAIN SELECT 1'],
    [
      'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
      'query_not_select',
      'DELETE FROM t RETURNING *) SELECT * FROM x',
    ],
    ['WITH x AS (SELECT 1) UPDATE t SET a = 1', 'query_not_select', 'UPDATE t SET a = 1'],
    ['SELECT * INTO copy FROM t', 'query_not_select', 'INTO copy FROM t'],
    ['SELECT * FROM t FOR UPDATE', 'query_not_select', 'FOR UPDATE'],
    ['SELECT * FROM t FOR NO KEY UPDATE', 'query_not_select', 'FOR NO KEY UPDATE'],
    ['SELECT pg_sleep(10)', 'query_not_select', 'pg_sleep(10)'],
    [`SELECT nextval('s')`, 'query_not_select', `nextval('s')`],
    ['SELECT 1 /*! INTO OUTFILE "x" */', 'query_not_select', '/*! INTO OUTFILE "x" */', 'mysql'],
    ['SELECT 1; SELECT 2', 'query_multiple', 'SELECT 2'],
    ['SELECT 1; -- and\n DROP TABLE t;', 'query_multiple', 'DROP TABLE t;'],
    ['SELECT 1 FROM t WHERE a = $2', 'query_parameter', '$2'],
    ['SELECT 1 FROM t WHERE a = $0', 'query_parameter', '$0'],
    ['SELECT 1 FROM t WHERE a = ?', 'query_parameter', '?', 'mysql'],
    ['SELECT 1 FROM `t`', 'query_dialect', '`t`'],
    ['SELECT 1 FROM t WHERE a > now() - INTERVAL 7 DAY', 'query_dialect', 'INTERVAL 7 DAY'],
    [`SELECT 1 FROM t WHERE a > now() - INTERVAL '7 days'`, 'query_dialect', `INTERVAL '7 days'`, 'mysql'],
    ['SELECT a::text FROM t', 'query_dialect', '::text FROM t', 'mysql'],
    ['SELECT 1 FROM "t"', 'query_dialect', '"t"', 'mysql'],
  ])('%s is %s at %j', (...[sql, code, rest, dialect = 'postgres']) => {
    const result = analyse(sql, dialect);
    expect(result).toMatchObject({ ok: false, code });
    if (!result.ok) {
      expect(sql.slice(result.offset)).toBe(rest === '' ? sql : rest);
      expect(result.hint).not.toBe('');
    }
  });

  it.each([
    'SELECT substring(a FROM 1 FOR 3), "update", t."into" FROM t WHERE a IS DISTINCT FROM b;',
    `SELECT a FROM t WHERE a OPERATOR(pg_catalog.=) 'x'`,
    'WITH "delete" AS (SELECT 1) (SELECT * FROM "delete")',
    '(SELECT 1 FROM t) /* end */ ; -- done',
  ])('what only looks wrong is taken: %s', (sql) => {
    expect(analyse(sql)).toMatchObject({ ok: true });
  });

  it('MySQL knows an INTERVAL with its unit outside the quotes', () => {
    expect(analyse(`SELECT 1 FROM t WHERE a > now() - INTERVAL '7' DAY`, 'mysql')).toMatchObject({
      ok: true,
    });
  });
});

describe('what is beyond the parser', () => {
  it.each([
    'SELECT * FROM t WHERE u = $1 FETCH FIRST 1 ROW ONLY',
    'SELECT * FROM ONLY t WHERE u = $1',
    'SELECT * FROM t, LATERAL (SELECT 1) s WHERE t.u = $1',
    `SELECT * FROM t WHERE u = $1 AND a IS TRUE ${'AND a IS TRUE '.repeat(2000)}`,
    `SELECT * FROM t WHERE u = $1 AND ${'('.repeat(5000)}a = 1${')'.repeat(5000)}`,
  ])('is taken with a notice, and nothing is claimed of it: %.60s', (sql) => {
    expect(summary(sql)).toMatchObject({
      aboutSubject: true,
      reads: [],
      timeDependent: true,
      monotone: false,
      understood: false,
      notices: [{ code: 'query_syntax' }],
    });
  });

  it('points at the place where the parser gave up, in the text as it was written', () => {
    const sql = '  -- two\n SELECT * FROM t FETCH FIRST 1 ROW ONLY';
    expect(sql.slice(summary(sql).notices[0]?.offset)).toMatch(/^(?:FETCH )?FIRST 1 ROW ONLY|^1 ROW/);
  });
});

describe('what a query answers with', () => {
  it('names its columns, or says that it cannot', () => {
    expect(
      summary('SELECT id, u.email AS mail, count(*) AS n, lower(x) FROM u GROUP BY 1, 2').columns,
    ).toEqual(['id', 'mail', 'n']);
    expect(summary('SELECT u.*, 1 AS one FROM u').columns).toBeUndefined();
  });

  it('gives the statement without what follows it', () => {
    expect(summary(' SELECT 1 FROM t -- a\n ; -- b').sql).toBe('SELECT 1 FROM t');
  });
});

describe('a query that only seems to read', () => {
  it.each([
    [`SELECT "nextval"('s')`, 'nextval'],
    [`SELECT pg_catalog.pg_sleep(9)`, 'pg_sleep'],
    [`SELECT "pg_catalog" . "pg_terminate_backend"(1)`, 'pg_terminate_backend'],
    [String.raw`SELECT U&"\006eextval"('s')`, 'Unicode escapes'],
    [`SELECT pg_logical_emit_message(true, 'a', 'b')`, 'pg_logical_emit_message'],
    [`SELECT pg_stat_file('postgresql.conf')`, 'pg_stat_file'],
    ['SELECT 1 --\r, pg_sleep(9)', 'pg_sleep'],
    ['SELECT 1 AS \u00a0$$, pg_sleep(9), 1 AS \u00a0$$', 'pg_sleep'],
    ["SELECT E'a'\n'b\\'', pg_sleep(9) /*'*/", 'pg_sleep'],
    ['WITH x AS (WITH y AS (SELECT 1) DELETE FROM t RETURNING 1) SELECT * FROM x', 'DELETE'],
    [
      'WITH x AS (WITH y AS (SELECT 1 AS n) SEARCH BREADTH FIRST BY n SET o INSERT INTO t SELECT 1) SELECT 1',
      'INSERT',
    ],
  ])('is refused on PostgreSQL: %j', (sql, found) => {
    expect(analyse(sql)).toMatchObject({ ok: false, code: 'query_not_select' });
    expect(analyse(sql)).toMatchObject({ message: expect.stringContaining(found) });
  });

  it.each([
    ['SELECT `sleep`(9)', 'sleep'],
    ['SELECT setval(s, 9)', 'setval'],
    ['SELECT NEXT VALUE FOR s', 'sequence'],
    ['SELECT @a := 1', ':='],
    ['SELECT 1 /*M!100100 , sleep(9) */', 'MySQL runs'],
    ["SELECT 1 --\u0001 '\n, sleep(9) -- '", 'sleep'],
  ])('is refused on MySQL: %j', (sql, found) => {
    expect(analyse(sql, 'mysql')).toMatchObject({ ok: false, code: 'query_not_select' });
    expect(analyse(sql, 'mysql')).toMatchObject({ message: expect.stringContaining(found) });
  });

  it.each([
    'SELECT t.delete, "update" FROM t WHERE pg_typeof(a) IS NOT NULL AND pg_column_size(a) < 9',
    'WITH insert AS (SELECT 1 AS n) SELECT n FROM insert',
    "SELECT 'pg_sleep(9)', $$nextval('s')$$ FROM t",
  ])('is not taken for one that does more: %s', (sql) => expect(analyse(sql)).toMatchObject({ ok: true }));
});
