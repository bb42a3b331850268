import { describe, expect, it } from 'vitest';
import { layoutOf, type SelectPlan } from '../../hashes/index.ts';
import { toSelectPlan } from './to-select-plan.ts';

function planOf(sql: string): SelectPlan {
  const compiled = toSelectPlan(sql, (table) =>
    layoutOf(table, { index: { plan: 'plans:{plan}', made: 'by_time' } }),
  );
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.plan;
}

/** Where a query is refused, as the text from there on, and why. */
function refusalOf(sql: string): string {
  const compiled = toSelectPlan(sql, layoutOf);
  return compiled.ok ? 'taken' : `${sql.slice(compiled.offset)} | ${compiled.message}`;
}

describe('a query over hashes', () => {
  it('is compiled into plain data', () => {
    expect(planOf("SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'made'")).toEqual({
      table: 'user_actions',
      source: { type: 'index', column: 'user_id', values: [{ type: 'parameter', number: 1 }] },
      where: {
        type: 'and',
        of: [
          {
            type: 'compare',
            sign: '=',
            left: { type: 'column', name: 'user_id' },
            right: { type: 'parameter', number: 1 },
          },
          {
            type: 'compare',
            sign: '=',
            left: { type: 'column', name: 'action_type' },
            right: { type: 'value', value: 'made' },
          },
        ],
      },
      projection: { type: 'all' },
      order: [],
      limit: undefined,
    });
  });

  it.each([
    ['WHERE id = $1', 'keys'],
    ["WHERE user_id = $1 AND id IN ('a', 'b')", 'keys'],
    ['WHERE $1 = user_id', 'index user_id'],
    ["WHERE plan = 'pro'", 'index plan'],
    ["WHERE plan = 'pro' AND user_id = $1", 'index user_id'],
    ["WHERE name = 'Ada'", 'scan'],
    ["WHERE made = '2026'", 'scan'],
    ['WHERE plan = 5', 'scan'],
    ['WHERE user_id = $1 OR true', 'scan'],
    ['WHERE NOT user_id = $1', 'scan'],
    ['WHERE user_id <> $1', 'scan'],
    ['', 'scan'],
  ])('looks for its rows by what must hold: %s', (where, expected) => {
    const { source } = planOf(`SELECT * FROM t ${where}`);
    expect(source.type === 'index' ? `index ${source.column}` : source.type).toBe(expected);
  });

  it('takes names with the capitals they are written with, and a table under its alias', () => {
    const { table, projection } = planOf('SELECT u.createdAt, "Name" AS n FROM Users AS u');
    expect({ table, projection }).toMatchObject({
      table: 'Users',
      projection: { values: [{ name: 'createdAt' }, { name: 'n', value: { name: 'Name' } }] },
    });
  });

  it.each([
    ["NOW() - INTERVAL '7 days'", -604_800],
    ["current_timestamp + interval '1 hour 30 minutes'", 5_400],
    ["NOW() - '1.5 hours'::interval", -5_400],
    ["NOW() - INTERVAL '2' DAY", -172_800],
    ['NOW()', 0],
  ])('computes %s', (clock, seconds) => {
    expect(planOf(`SELECT * FROM t WHERE seen < ${clock}`).where).toMatchObject({
      right: { type: 'now', seconds },
    });
  });

  it.each([
    ['SELECT * FROM a JOIN b ON a.id = b.id', 'JOIN b ON a.id = b.id | joins tables'],
    ['SELECT * FROM a, b', 'FROM a, b | reads more than one table'],
    ['SELECT * FROM (SELECT * FROM a) AS b', 'SELECT * FROM a) AS b | has a query within'],
    ['SELECT * FROM a WHERE id IN (SELECT x FROM b)', 'SELECT x FROM b) | has a query within'],
    ['SELECT kind, count(*) FROM a GROUP BY kind', 'GROUP BY kind | groups rows'],
    ['SELECT DISTINCT kind FROM a', 'DISTINCT kind FROM a | has DISTINCT'],
    ['SELECT sum(n) FROM a', 'sum(n) FROM a | calls SUM'],
    ['SELECT count(*), id FROM a', 'SELECT count(*), id FROM a | counts beside other columns'],
    ['SELECT *, id FROM a', 'SELECT *, id FROM a | selects * and columns'],
    ['SELECT * FROM a UNION SELECT * FROM b', 'UNION SELECT * FROM b | combines queries'],
    ['WITH b AS (SELECT * FROM a) SELECT * FROM b', 'WITH b AS (SELECT * FROM a) SELECT * FROM b | has WITH'],
    ['SELECT * FROM a WHERE x = 1 AND lower(b) = $1', 'lower(b) = $1 | calls LOWER'],
    ['SELECT * FROM a WHERE x = 1 AND n + 1 > 2', 'n + 1 > 2 | computes with +'],
    ["SELECT * FROM a WHERE t > NOW() - INTERVAL '1 month'", "NOW() - INTERVAL '1 month' | computes with -"],
    ["SELECT * FROM a WHERE d ->> 'k' = 'v'", "d ->> 'k' = 'v' | computes with ->>"],
    ['SELECT * FROM a WHERE x IS TRUE', 'x IS TRUE | has IS with something else'],
    ["SELECT * FROM a WHERE x = 1 AND y LIKE 'a!%' ESCAPE '!'", "y LIKE 'a!%' ESCAPE '!' | has ESCAPE"],
    ['SELECT * FROM a WHERE n::int > 2', 'n::int > 2 | casts to int'],
    ['SELECT * FROM a WHERE b.x = 1', 'b.x = 1 | names b, which is no table'],
    ['SELECT * FROM a ORDER BY 1', 'ORDER BY 1 | sorts by something else'],
    ['SELECT count(*) FROM a ORDER BY id', 'ORDER BY id | sorts a count'],
    ['SELECT * FROM a OFFSET 3 LIMIT 2', 'OFFSET 3 LIMIT 2 | cuts rows with OFFSET'],
    ['SELECT * FROM a LIMIT ALL', 'LIMIT ALL | has a LIMIT that is no number'],
    ['SELECT 1', 'SELECT 1 | reads no table'],
    ['SELECT * FROM a WHERE EXISTS (x)', 'EXISTS (x) | has EXISTS'],
    ["SELECT * FROM a WHERE x = E'b'", "x = E'b' | computes something"],
  ])('is refused where it cannot be evaluated: %s', (sql, refusal) => {
    expect(refusalOf(sql)).toContain(refusal);
  });

  it('says what to write instead', () => {
    expect(toSelectPlan('\n  SELECT sum(n) FROM a', layoutOf)).toMatchObject({
      ok: false,
      code: 'query_dialect',
      offset: 10,
      hint: expect.stringContaining('COUNT(*)'),
    });
  });
});
