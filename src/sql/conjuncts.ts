import { isNode, type Node, nodes } from './tree.ts';

/** A value that SQL and JSON both know. */
export type Scalar = string | number | boolean | null;

/**
 * What must hold for the whole expression to hold: the operands of its ANDs.
 *
 * The parser gives AND and OR the same precedence (`a OR b AND c` comes out as `(a OR b) AND c`), so a chain without brackets is
 * flattened first; a chain that has an OR anywhere promises nothing.
 */
export function conjunctsOf(expression: unknown): Node[] {
  if (!isNode(expression)) return [];
  const operands = chainOf(expression, true);
  if (operands === undefined) return [];
  return operands.flatMap((operand) => (isLogical(operand) ? conjunctsOf(operand) : [operand]));
}

function chainOf(node: unknown, isRoot: boolean): Node[] | undefined {
  if (!isNode(node)) return undefined;
  if (!isLogical(node) || (node.parentheses === true && !isRoot)) return [node];
  if (node.operator === 'OR') return undefined;
  const left = chainOf(node.left, false);
  const right = chainOf(node.right, false);
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** Whether a node joins two conditions. */
export function isLogical(node: Node): boolean {
  return node.type === 'binary_expr' && ['AND', 'OR', '&&'].includes(String(node.operator));
}

/** The two sides of `a = b`, or of `a IN (b)`. */
export function equationOf(node: Node): [unknown, unknown] | undefined {
  if (node.type !== 'binary_expr') return undefined;
  if (node.operator === '=') return [node.left, node.right];
  const list = node.operator === 'IN' && isNode(node.right) ? nodes(node.right.value) : [];
  return list.length === 1 ? [node.left, list[0]] : undefined;
}

/** Whether an expression is `$1`, whatever it is cast to. */
export function isSubject(expression: unknown): boolean {
  const inner = withoutCast(expression);
  return isNode(inner) && inner.type === 'var' && inner.prefix === '$' && Number(inner.name) === 1;
}

/** What a cast is applied to. */
export function withoutCast(expression: unknown): unknown {
  return isNode(expression) && expression.type === 'cast' ? withoutCast(expression.expr) : expression;
}

/**
 * The value of a literal that reads the same in SQL and in a row's JSON, or `undefined`. A string that could be a date, a number, a
 * boolean or a UUID in SQL (`'2026-01-01'`, `'5'`, `'yes'`) is left out: the row may write the same value in another way.
 */
export function literalOf(expression: unknown, dialect: 'postgres' | 'mysql'): Scalar | undefined {
  if (!isNode(expression)) return undefined;
  const { type, value } = expression;
  if (type === 'bool' && typeof value === 'boolean') return dialect === 'mysql' ? Number(value) : value;
  if (type === 'number' && typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (type === 'single_quote_string' || (dialect === 'mysql' && type === 'double_quote_string'))
    return typeof value === 'string' && isPlainText(value) ? value : undefined;
  return undefined;
}

const SPECIAL =
  /^(?:t|true|f|false|y|yes|n|no|on|off|null|nan|infinity|now|today|tomorrow|yesterday|epoch|allballs)$/i;
const MONTH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-./]?\d/i;

function isPlainText(text: string): boolean {
  return (
    /^[A-Za-z_][\w.:/-]*$/.test(text) &&
    !SPECIAL.test(text) &&
    !MONTH.test(text) &&
    !/^[\da-f-]{32,36}$/i.test(text)
  );
}
