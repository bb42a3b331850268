import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fields, operandText } from './evaluate.ts';
import { answer, enoughRows, isSelected, toRow } from './index.ts';
import { isLike } from './like.ts';
import type { Comparison, Operand, Predicate, SelectPlan } from './select-plan.ts';

const column = (name: string): Operand => ({ type: 'column', name });
const value = (of: string | number | boolean | null): Operand => ({ type: 'value', value: of });
const compare = (left: Operand, sign: Comparison, right: Operand): Predicate => ({
  type: 'compare',
  sign,
  left,
  right,
});
const bindings = { params: ['u1'], now: Date.parse('2026-06-01T00:00:00Z') };
const plan = (more: Partial<SelectPlan> = {}): SelectPlan => ({
  table: 't',
  source: { type: 'scan' },
  projection: { type: 'all' },
  order: [],
  ...more,
});
const holds = (where: Predicate, row: Fields) => isSelected(plan({ where }), row, bindings);

describe('a condition over a hash', () => {
  it.each<[string, [Comparison, Operand], boolean]>([
    ['10', ['>', value(9)], true],
    ['9.50', ['=', value(9.5)], true],
    ['nine', ['=', value(9)], false],
    ['true', ['=', value(true)], true],
    ['0', ['=', value(false)], true],
    ['"quoted"', ['=', value('quoted')], true],
    ['5', ['=', value('5.0')], false],
    ['10', ['>', value('9')], true],
    ['9007199254740993', ['>', value('9007199254740992')], true],
    ['1780000000', ['<', { type: 'now', seconds: 0 }], true],
    ['1780000000000', ['<', { type: 'now', seconds: 0 }], true],
    ['2026-05-31', ['<', { type: 'now', seconds: 0 }], true],
    ['2026-05-31', ['<', { type: 'now', seconds: -2 * 86_400 }], false],
    ['2026-06-01T01:30:00+02:00', ['<', { type: 'now', seconds: 0 }], true],
    ['"2026-06-01T00:00:01.000Z"', ['>', { type: 'now', seconds: 0 }], true],
    ['yesterday', ['<', { type: 'now', seconds: 0 }], false],
    ['u1', ['=', { type: 'parameter', number: 1 }], true],
  ])('reads a field as what it stands beside: %s %o', (text, [sign, other], expected) => {
    expect(holds(compare(column('a'), sign, other), { a: text })).toBe(expected);
  });

  it('takes what is not there, and JSON null, for NULL: neither a comparison nor its opposite holds', () => {
    for (const row of [{}, { a: 'null' }]) {
      expect(holds(compare(column('a'), '=', value(1)), row)).toBe(false);
      expect(holds({ type: 'not', of: compare(column('a'), '=', value(1)) }, row)).toBe(false);
      expect(holds({ type: 'null', operand: column('a') }, row)).toBe(true);
    }
  });

  it('takes only its own fields: a row has no constructor', () => {
    expect(holds({ type: 'null', operand: column('constructor') }, {})).toBe(true);
  });
});

describe('LIKE', () => {
  it('matches as the same pattern does as a regular expression, however many wildcards there are', () => {
    const piece = fc.constantFrom('%', '_', 'a', 'b', '\\%', '\\_', '\\\\', '.', 'é', '😀');
    const text = fc
      .array(fc.constantFrom('a', 'b', '%', '_', '\\', '.', 'é', '😀', '\n'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(piece), text, (pieces, subject) => {
        const source = pieces
          .map((one) =>
            one === '%' ? '.*' : one === '_' ? '.' : one.replace(/^\\/, '').replace(/[\\.*]/g, '\\$&'),
          )
          .join('');
        expect(isLike(subject, pieces.join(''), false)).toBe(new RegExp(`^${source}$`, 'su').test(subject));
      }),
    );
  });

  it('takes time that grows with the product of the lengths, not more', () => {
    const started = performance.now();
    expect(isLike('a'.repeat(5_000), `${'%a'.repeat(50)}%b`, false)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('an answer', () => {
  const rows: Fields[] = [{ id: 'b', n: '10' }, { id: 'a', n: '9' }, { id: 'c' }];

  it.each([
    [false, false, ['a', 'b', 'c']],
    [false, true, ['c', 'a', 'b']],
    [true, false, ['b', 'a', 'c']],
    [true, true, ['c', 'b', 'a']],
  ])('is sorted, descending %s, with NULL first %s', (isDescending, areNullsFirst, ids) => {
    const sorted = answer(
      plan({ order: [{ operand: column('n'), isDescending, areNullsFirst }] }),
      rows,
      bindings,
    );
    expect(sorted.map(({ id }) => id)).toEqual(ids);
  });

  it('counts rows, or those where a column is there, as the databases write a count', () => {
    expect(answer(plan({ projection: { type: 'count', name: 'count' } }), rows, bindings)).toEqual([
      { count: '3' },
    ]);
    expect(answer(plan({ projection: { type: 'count', name: 'n', column: 'n' } }), rows, bindings)).toEqual([
      { n: '2' },
    ]);
  });

  it('needs no more rows than its limit, unless they are to be sorted or counted', () => {
    expect(enoughRows(plan({ limit: 2 }))).toBe(2);
    expect(enoughRows(plan())).toBeUndefined();
    expect(
      enoughRows(
        plan({ limit: 2, order: [{ operand: column('n'), isDescending: false, areNullsFirst: false }] }),
      ),
    ).toBeUndefined();
    expect(enoughRows(plan({ limit: 1, projection: { type: 'count', name: 'n' } }))).toBeUndefined();
  });

  it("is JSON as Upstash's client reads it, but for numbers that JSON would change", () => {
    expect(
      toRow({
        a: '5',
        b: 'true',
        c: 'null',
        d: '{"x":1}',
        e: '"2026"',
        f: '007',
        g: '9007199254740993',
        h: '[',
        i: '1.50',
        j: '',
      }),
    ).toEqual({
      a: 5,
      b: true,
      c: null,
      d: { x: 1 },
      e: '2026',
      f: '007',
      g: '9007199254740993',
      h: '[',
      i: '1.50',
      j: '',
    });
  });
});

it('an operand is looked up by its text', () => {
  expect(operandText({ type: 'parameter', number: 1 }, bindings)).toBe('u1');
  expect(operandText(value('x'), bindings)).toBe('x');
  expect(operandText(value(null), bindings)).toBeUndefined();
});
