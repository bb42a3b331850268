import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyseQuery } from './analyse-query.ts';

type Value = string | number | null;
type Row = Record<string, Value>;
type Expression =
  | { kind: 'test'; sql: string; holds: (row: Row) => boolean | undefined }
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression };

const ME = 'me';
const VALUES: Record<string, Value[]> = {
  u: ['me', 'you', null],
  a: ['alpha', 'beta', null],
  b: ['alpha', 'beta', null],
  n: [1, 2, null],
};

const equality = fc.constantFrom('u', 'a', 'b', 'n').chain((column) => {
  const literals = (VALUES[column] ?? []).filter((value) => value !== null);
  return fc.tuple(fc.constantFrom(...literals), fc.boolean()).map(([value, swap]): Expression => {
    const isSubject = column === 'u';
    const right = isSubject ? '$1' : typeof value === 'string' ? `'${value}'` : String(value);
    const expected = isSubject ? ME : value;
    return {
      kind: 'test',
      sql: swap ? `${right} = ${column}` : `${column} = ${right}`,
      holds: (row) => (row[column] === null ? undefined : row[column] === expected),
    };
  });
});
const otherTest = fc.constantFrom<Expression>(
  { kind: 'test', sql: 'a IS NULL', holds: (row) => row.a === null },
  { kind: 'test', sql: 'b IS NOT NULL', holds: (row) => row.b !== null },
  { kind: 'test', sql: 'n BETWEEN 1 AND 1', holds: (row) => (row.n === null ? undefined : row.n === 1) },
  { kind: 'test', sql: "a <> 'alpha'", holds: (row) => (row.a === null ? undefined : row.a !== 'alpha') },
  { kind: 'test', sql: "b IN ('alpha', 'beta')", holds: (row) => (row.b === null ? undefined : true) },
  {
    kind: 'test',
    sql: 'a = b',
    holds: (row) => (row.a === null || row.b === null ? undefined : row.a === row.b),
  },
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    equality,
    otherTest,
    fc.record({ kind: fc.constant('not' as const), of: tie('expression') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('expression'),
      right: tie('expression'),
    }),
  ),
}));

const STRENGTH = { or: 1, and: 2, not: 3, test: 4 };

/** Writes an expression with only the brackets that SQL's precedence asks for. */
function write(node: Expression, above = 0): string {
  const strength = STRENGTH[node.kind];
  const text =
    node.kind === 'test'
      ? node.sql
      : node.kind === 'not'
        ? `NOT ${write(node.of, strength)}`
        : `${write(node.left, strength)} ${node.kind.toUpperCase()} ${write(node.right, strength)}`;
  return strength < above ? `(${text})` : text;
}

/** SQL's three-valued logic; `undefined` is unknown. */
function holds(node: Expression, row: Row): boolean | undefined {
  if (node.kind === 'test') return node.holds(row);
  if (node.kind === 'not') {
    const inner = holds(node.of, row);
    return inner === undefined ? undefined : !inner;
  }
  const sides = [holds(node.left, row), holds(node.right, row)];
  const decisive = node.kind === 'or';
  if (sides.includes(decisive)) return decisive;
  return sides.includes(undefined) ? undefined : !decisive;
}

const rows = (VALUES.u ?? []).flatMap((u) =>
  (VALUES.a ?? []).flatMap((a) =>
    (VALUES.b ?? []).flatMap((b) => (VALUES.n ?? []).map((n): Row => ({ u, a, b, n }))),
  ),
);

it.each(['postgres', 'mysql'] as const)(
  'never claims of a row what a matching row does not satisfy (%s)',
  (dialect) => {
    let claims = 0;
    fc.assert(
      fc.property(expression, (condition) => {
        const analysis = analyseQuery(`SELECT * FROM t WHERE ${write(condition)}`, {
          dialect,
          parameters: 1,
        });
        if (!analysis.ok) throw new Error(analysis.message);
        const [read] = analysis.reads;
        claims += Object.keys(read?.equals ?? {}).length + (read?.column === undefined ? 0 : 1);
        for (const row of rows.filter((each) => holds(condition, each) === true)) {
          expect(row).toMatchObject(read?.equals ?? {});
          if (read?.column !== undefined) expect(row[read.column]).toBe(ME);
        }
      }),
      { numRuns: 1500 },
    );
    expect(claims).toBeGreaterThan(300);
  },
);
