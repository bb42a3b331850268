import { sortOrder } from './compare.ts';
import { evaluate, type Fields, operandValue } from './evaluate.ts';
import { fieldJson, toJson } from './json-value.ts';
import type { Bindings, Operand, SelectPlan, Sorting } from './select-plan.ts';

/** Whether a row is one of those that a plan selects. */
export function isSelected({ where }: SelectPlan, row: Fields, bindings: Bindings): boolean {
  return where === undefined || evaluate(where, row, bindings) === true;
}

/** How many selected rows are enough to answer; all of them when left out. */
export function enoughRows({ projection, order, limit }: SelectPlan): number | undefined {
  return projection.type === 'count' || order.length > 0 ? undefined : limit;
}

/** What a plan answers of the rows it selects: sorted, cut and with the columns it asks for, as plain JSON. */
export function answer(
  plan: SelectPlan,
  selected: readonly Fields[],
  bindings: Bindings,
): Array<Record<string, unknown>> {
  const { projection, limit } = plan;
  const sorted = sort(selected, plan.order, bindings);
  return project().slice(0, limit);

  function project(): Array<Record<string, unknown>> {
    switch (projection.type) {
      case 'all':
        return sorted.map(toRow);
      case 'values':
        return sorted.map((row) =>
          Object.fromEntries(
            projection.values.map(({ name, value }) => [name, jsonOf(value, row, bindings)]),
          ),
        );
      case 'count': {
        const { name, column } = projection;
        const isCounted = (row: Fields): boolean =>
          column === undefined || operandValue({ type: 'column', name: column }, row, bindings) !== null;
        return [{ [name]: String(sorted.filter(isCounted).length) }];
      }
    }
  }
}

function jsonOf(operand: Operand, row: Fields, bindings: Bindings): unknown {
  if (operand.type !== 'column') return toJson(operandValue(operand, row, bindings));
  return fieldJson(Object.hasOwn(row, operand.name) ? row[operand.name] : undefined);
}

/** A hash as plain JSON, read as Upstash's client reads it. */
export function toRow(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, fieldJson(text)]));
}

function sort(rows: readonly Fields[], order: readonly Sorting[], bindings: Bindings): readonly Fields[] {
  if (order.length === 0) return rows;
  const keyed = rows.map((row) => ({
    row,
    values: order.map(({ operand }) => operandValue(operand, row, bindings)),
  }));
  keyed.sort((one, other) => {
    for (const [index, { isDescending, areNullsFirst }] of order.entries()) {
      const [left = null, right = null] = [one.values[index], other.values[index]];
      if (left === null && right === null) continue;
      if (left === null || right === null) return (left === null) === areNullsFirst ? -1 : 1;
      const difference = sortOrder(left, right);
      if (difference !== 0) return isDescending ? -difference : difference;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}
