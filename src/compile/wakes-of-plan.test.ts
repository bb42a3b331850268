import { expect, it } from 'vitest';
import { layoutOf } from '../hashes/index.ts';
import { toSelectPlan } from '../sql/index.ts';
import { hearsEveryChange, isAboutSubject, wakesOf } from './wakes-of-plan.ts';

function planOf(where: string) {
  const compiled = toSelectPlan(`SELECT * FROM t WHERE ${where}`, layoutOf);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.plan;
}

it.each([
  ["user_id = $1 AND kind = 'done'", [{ table: 't', column: 'user_id', equals: { kind: 'done' } }]],
  ["kind IN ('done') AND user_id IN ($1)", [{ table: 't', column: 'user_id', equals: { kind: 'done' } }]],
  // A row may write these as JSON: 5, true.
  ["user_id = $1 AND n = '5' AND m = 5 AND b = 'true'", [{ table: 't', column: 'user_id', equals: {} }]],
  ["user_id = $1 AND (kind = 'a' OR kind = 'b')", [{ table: 't', column: 'user_id', equals: {} }]],
  ["user_id = $1 OR kind = 'a'", []],
  ['NOT user_id = $1', []],
])('a run is woken by the rows that can make its query true: %s', (where, wakes) => {
  expect(wakesOf(planOf(where))).toEqual(wakes);
});

it('a query that time can make true, or that is not about one column, has to be looked at', () => {
  expect(hearsEveryChange(planOf('user_id = $1'))).toBe(true);
  expect(hearsEveryChange(planOf("user_id = $1 AND seen < NOW() - INTERVAL '1 day'"))).toBe(false);
  expect(hearsEveryChange(planOf("user_id = $1 OR name = 'x'"))).toBe(false);
});

it('a query is about its subject when it has $1 anywhere', () => {
  expect(isAboutSubject(planOf("a = 'x' OR NOT (b LIKE $1)"))).toBe(true);
  expect(isAboutSubject(planOf("a = 'x'"))).toBe(false);
});
