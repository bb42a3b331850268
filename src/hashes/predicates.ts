import { toJson } from './json-value.ts';
import type { Operand, Predicate } from './select-plan.ts';

/** A column that has to equal one of some operands. */
export interface Equation {
  column: string;
  operands: Operand[];
}

/** What must hold for a row to be selected at all: each `column = operand` and `column IN (…)` that no OR or NOT stands around. */
export function equationsOf(where: Predicate | undefined): Equation[] {
  if (where === undefined) return [];
  if (where.type === 'and') return where.of.flatMap(equationsOf);
  if (where.type === 'in')
    return where.operand.type === 'column' ? [{ column: where.operand.name, operands: where.list }] : [];
  if (where.type !== 'compare' || where.sign !== '=') return [];
  const { left, right } = where;
  if (left.type === 'column') return [{ column: left.name, operands: [right] }];
  return right.type === 'column' ? [{ column: right.name, operands: [left] }] : [];
}

/** Everything that a condition compares. */
export function operandsOf(predicate: Predicate | undefined): Operand[] {
  if (predicate === undefined) return [];
  switch (predicate.type) {
    case 'and':
    case 'or':
      return predicate.of.flatMap(operandsOf);
    case 'not':
      return operandsOf(predicate.of);
    case 'compare':
      return [predicate.left, predicate.right];
    case 'in':
      return [predicate.operand, ...predicate.list];
    case 'like':
      return [predicate.operand, predicate.pattern];
    case 'null':
    case 'truth':
      return [predicate.operand];
  }
}

/** Whether an operand is a text that a row's JSON writes just so, and not as a number, a boolean or an object. */
export function isPlainText(operand: Operand): operand is { type: 'value'; value: string } {
  return (
    operand.type === 'value' && typeof operand.value === 'string' && toJson(operand.value) === operand.value
  );
}
