import { isEqual, orderOf, truthOf, type Value } from './compare.ts';
import { fieldValue } from './json-value.ts';
import { isLike } from './like.ts';
import type { Bindings, Comparison, Operand, Predicate } from './select-plan.ts';

/** A hash as Redis gives it: its fields, as text. */
export type Fields = Readonly<Record<string, string>>;

/** What an operand comes to for one row. A field that is missing is null. */
export function operandValue(operand: Operand, row: Fields, { params, now }: Bindings): Value {
  switch (operand.type) {
    case 'column': {
      const text = Object.hasOwn(row, operand.name) ? row[operand.name] : undefined;
      return text === undefined ? null : fieldValue(text);
    }
    case 'value':
      return operand.value;
    case 'parameter':
      return toText(params[operand.number - 1]);
    case 'now':
      return { time: now + operand.seconds * 1_000 };
  }
}

/** The text that an operand comes to where there is no row; `undefined` for null. */
export function operandText(operand: Operand, bindings: Bindings): string | undefined {
  const value = operandValue(operand, {}, bindings);
  return value === null || typeof value === 'object' ? undefined : String(value);
}

function toText(param: unknown): string | null {
  if (param === null || param === undefined) return null;
  return typeof param === 'object' ? JSON.stringify(param) : String(param);
}

/** Whether a condition holds for a row; `undefined` when that is unknown. */
export function evaluate(predicate: Predicate, row: Fields, bindings: Bindings): boolean | undefined {
  switch (predicate.type) {
    case 'and':
      return every(predicate.of, (part) => evaluate(part, row, bindings));
    case 'or':
      return some(predicate.of, (part) => evaluate(part, row, bindings));
    case 'not':
      return negate(evaluate(predicate.of, row, bindings));
    case 'null':
      return operandValue(predicate.operand, row, bindings) === null;
    case 'truth':
      return truthOf(operandValue(predicate.operand, row, bindings));
    case 'compare': {
      const { sign, left, right } = predicate;
      return holds(sign, operandValue(left, row, bindings), operandValue(right, row, bindings));
    }
    case 'in': {
      const value = operandValue(predicate.operand, row, bindings);
      return some(predicate.list, (item) => isEqual(value, operandValue(item, row, bindings)));
    }
    case 'like': {
      const text = operandValue(predicate.operand, row, bindings);
      const pattern = operandValue(predicate.pattern, row, bindings);
      if (text === null || pattern === null) return undefined;
      return isLike(String(text), String(pattern), predicate.ignoreCase);
    }
  }
}

function holds(sign: Comparison, left: Value, right: Value): boolean | undefined {
  if (sign === '=') return isEqual(left, right);
  if (sign === '<>') return negate(isEqual(left, right));
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  switch (sign) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function negate(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function every<T>(items: readonly T[], test: (item: T) => boolean | undefined): boolean | undefined {
  return negate(some(items, (item) => negate(test(item))));
}

function some<T>(items: readonly T[], test: (item: T) => boolean | undefined): boolean | undefined {
  let isUnknown = false;
  for (const item of items) {
    const truth = test(item);
    if (truth) return true;
    isUnknown ||= truth === undefined;
  }
  return isUnknown ? undefined : false;
}
