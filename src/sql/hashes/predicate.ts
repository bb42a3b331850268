import type { Comparison, Operand, Predicate } from '../../hashes/index.ts';
import { isLogical } from '../conjuncts.ts';
import { functionName, isNode, type Node, nodes } from '../tree.ts';
import { type Names, toOperand } from './operand.ts';
import { offsetOf, Refusal } from './refusal.ts';

const COMPARISONS: Record<string, Comparison> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Reads a condition. @param at where its surroundings begin. @throws {Refusal} for what cannot be evaluated. */
export function toPredicate(value: unknown, names: Names, at: number): Predicate {
  const here = offsetOf(value, at);
  if (!isNode(value)) throw new Refusal(here, 'has a condition that is not understood here');
  if (isLogical(value)) return chainOf(value, names, here);
  if (value.type === 'unary_expr' && value.operator === 'NOT')
    return { type: 'not', of: toPredicate(value.expr, names, here) };
  const name = functionName(value);
  // With brackets behind it, the parser takes NOT for the name of a function.
  if (name === 'not') return { type: 'not', of: toPredicate(soleArgument(value), names, here) };
  if (name === 'exists')
    throw new Refusal(
      here,
      'has EXISTS, and a query reads one table on Upstash Redis',
      'Select the rows themselves: a row is what a condition waits for.',
    );
  if (value.type !== 'binary_expr') return { type: 'truth', operand: toOperand(value, names, here) };
  return comparisonOf(value, names, here);
}

/**
 * AND binds tighter than OR; the parser reads a chain of both from left to right, so it is taken apart and put together anew.
 */
function chainOf(node: Node, names: Names, at: number): Predicate {
  const alternatives: Predicate[][] = [[]];
  collect(node, true);
  const [first, ...others] = alternatives.map((of) => joined('and', of));
  return first === undefined ? joined('and', []) : joined('or', [first, ...others]);

  function collect(part: unknown, isRoot: boolean): void {
    if (!isNode(part) || !isLogical(part) || (part.parentheses === true && !isRoot)) {
      alternatives.at(-1)?.push(toPredicate(part, names, at));
      return;
    }
    collect(part.left, false);
    if (part.operator === 'OR') alternatives.push([]);
    collect(part.right, false);
  }
}

function joined(type: 'and' | 'or', of: Predicate[]): Predicate {
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { type, of };
}

function comparisonOf(node: Node, names: Names, at: number): Predicate {
  const operator = String(node.operator).toUpperCase();
  const isNegated = operator.startsWith('NOT ') || operator === 'IS NOT';
  const positive = positiveOf(operator.replace(/^NOT /, ''), node, { names, at });
  return isNegated ? { type: 'not', of: positive } : positive;
}

interface Place {
  names: Names;
  at: number;
}

function positiveOf(operator: string, { left, right }: Node, { names, at }: Place): Predicate {
  const operand = toOperand(left, names, at);
  const other = (): Operand => toOperand(right, names, at);
  const sign = COMPARISONS[operator];
  if (sign !== undefined) return { type: 'compare', sign, left: operand, right: other() };
  switch (operator) {
    case 'IS':
    case 'IS NOT':
      if (isNode(right) && right.type === 'null') return { type: 'null', operand };
      throw new Refusal(
        at,
        `has ${operator} with something else than NULL`,
        'Write field = true, or field IS NULL.',
      );
    case 'IN':
      return { type: 'in', operand, list: listOf(right, names, at) };
    case 'LIKE':
    case 'ILIKE':
      if (isNode(right) && right.escape !== undefined)
        throw new Refusal(at, 'has ESCAPE', 'Write a backslash before a % or _ that is meant literally.');
      return { type: 'like', operand, pattern: other(), ignoreCase: operator === 'ILIKE' };
    case 'BETWEEN': {
      const [from, to] = listOf(right, names, at);
      if (from === undefined || to === undefined) break;
      return {
        type: 'and',
        of: [
          { type: 'compare', sign: '>=', left: operand, right: from },
          { type: 'compare', sign: '<=', left: operand, right: to },
        ],
      };
    }
  }
  throw new Refusal(at, `has ${operator}, which cannot be evaluated on Upstash Redis`);
}

function listOf(value: unknown, names: Names, at: number): Operand[] {
  const list = isNode(value) && value.type === 'expr_list' ? nodes(value.value) : [];
  if (list.length === 0 || list.some((item) => item.ast !== undefined || item.type === 'select'))
    throw new Refusal(
      at,
      'has a query within the query',
      'List the values themselves, or keep them in a field.',
    );
  return list.map((item) => toOperand(item, names, at));
}

function soleArgument({ args }: Node): unknown {
  const list = isNode(args) ? nodes(args.value) : [];
  return list.length === 1 ? list[0] : undefined;
}
