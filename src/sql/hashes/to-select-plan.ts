import {
  equationsOf,
  hasOwnIndex,
  type Operand,
  type Predicate,
  type Projection,
  type RowSource,
  type SelectPlan,
  type Sorting,
  type TableLayout,
} from '../../hashes/index.ts';
import { problem, type SqlProblem } from '../problem.ts';
import { readStatement, type Statement } from '../statement.ts';
import { isWord, type Token } from '../tokens.ts';
import { functionName, isNode, type Node, nameOf, nodes, parseTree } from '../tree.ts';
import { columnName, type Names, toOperand } from './operand.ts';
import { toPredicate } from './predicate.ts';
import { offsetOf, Refusal, TAKEN } from './refusal.ts';

/** A query as it is evaluated over hashes, or why it cannot be. */
export type SelectPlanResult = { ok: true; plan: SelectPlan } | SqlProblem;

/**
 * Compiles a query that is evaluated over Redis hashes. It is PostgreSQL's SQL, but for names: a field has the capitals it is written
 * with. What it cannot evaluate it refuses, with the place.
 * @param layoutOf how a table's rows lie in Redis.
 */
export function toSelectPlan(sql: string, layoutOf: (table: string) => TableLayout): SelectPlanResult {
  const statement = readStatement(sql, { dialect: 'postgres', parameters: 1 });
  if (!statement.ok) return statement;
  const start = statement.tokens[0]?.start ?? 0;
  const tree = parseTree(statement.sql, 'postgres', { withLocations: true });
  if (!tree.ok)
    return problem('query_dialect', start + tree.offset, {
      message: 'is not understood from here on',
      hint: TAKEN,
    });
  try {
    return { ok: true, plan: planOf(statement, tree.root, layoutOf) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { offset, ...found } = error.problem;
    return { ...found, offset: start + offset };
  }
}

function planOf(statement: Statement, root: Node, layoutOf: (table: string) => TableLayout): SelectPlan {
  const at = (...words: string[]): number =>
    placeOf(
      statement,
      statement.tokens.find((token) => isWord(token, ...words)),
    );
  refuseClauses(root, statement);
  const names = tableOf(root, at('FROM'));
  const layout = layoutOf(names.table);
  const where = isNode(root.where) ? toPredicate(root.where, names, at('WHERE')) : undefined;
  const projection = projectionOf(nodes(root.columns), names, at('SELECT'));
  const order = nodes(root.orderby).map((node) => sortingOf(node, { names, projection, at: at('ORDER') }));
  if (projection.type === 'count' && order.length > 0)
    throw new Refusal(at('ORDER'), 'sorts a count', 'Leave ORDER BY out: a count is one row.');
  const limit = limitOf(root.limit, at('LIMIT'));
  return { table: names.table, source: sourceOf(where, layout), where, projection, order, limit };
}

/** Where a token is, from the statement's start. */
function placeOf({ tokens: [first] }: Statement, token: Token | undefined): number {
  return token === undefined || first === undefined ? 0 : token.start - first.start;
}

/** Words that begin what cannot be done over hashes, or that the parser passes over. */
const REFUSED: Array<{ words: string[]; what: string; hint: string }> = [
  { words: ['WITH'], what: 'has WITH', hint: 'Select from the table itself.' },
  {
    words: ['JOIN'],
    what: 'joins tables',
    hint: 'Keep what it needs of the other table in a field of this one.',
  },
  {
    words: ['UNION', 'INTERSECT', 'EXCEPT'],
    what: 'combines queries',
    hint: 'Write one SELECT; OR joins conditions.',
  },
  { words: ['DISTINCT'], what: 'has DISTINCT', hint: 'Leave it out: each row is there once.' },
  {
    words: ['GROUP', 'HAVING'],
    what: 'groups rows',
    hint: 'COUNT(*) over all selected rows is what can be counted; keep other sums in a field.',
  },
  { words: ['OVER', 'WINDOW'], what: 'has a window', hint: TAKEN },
  { words: ['OFFSET', 'FETCH'], what: 'cuts rows with OFFSET or FETCH', hint: 'Write LIMIT.' },
  { words: ['CASE'], what: 'has CASE', hint: TAKEN },
];

function refuseClauses(root: Node, statement: Statement): void {
  if (root.type !== 'select') throw new Refusal(0, 'is not one SELECT');
  for (const { words, what, hint } of REFUSED) {
    const token = statement.tokens.find((candidate) => isWord(candidate, ...words));
    if (token !== undefined)
      throw new Refusal(
        placeOf(statement, token),
        `${what}, which cannot be evaluated on Upstash Redis`,
        hint,
      );
  }
  const [, second] = statement.tokens.filter((token) => isWord(token, 'SELECT'));
  if (second !== undefined)
    throw new Refusal(
      placeOf(statement, second),
      'has a query within the query',
      'Write one SELECT from one table.',
    );
}

function tableOf({ from }: Node, at: number): Names {
  const [table, another] = nodes(from);
  const name = nameOf(table?.table, 'mysql');
  if (table === undefined || name === undefined)
    throw new Refusal(at, 'reads no table', 'Write SELECT * FROM users WHERE ….');
  if (another !== undefined)
    throw new Refusal(
      at,
      'reads more than one table',
      'Keep what it needs of the other table in a field of this one.',
    );
  const schema = nameOf(table.db, 'mysql');
  return {
    table: schema === undefined || schema === 'public' ? name : `${schema}.${name}`,
    alias: nameOf(table.as, 'mysql'),
  };
}

function projectionOf(columns: readonly Node[], names: Names, at: number): Projection {
  const [first] = columns;
  const expression = isNode(first?.expr) ? first.expr : {};
  if (columns.length === 1 && expression.type === 'aggr_func')
    return countOf(expression, { name: nameOf(first?.as, 'mysql') ?? 'count', names, at });
  if (columns.length === 1 && isStar(first?.expr)) return { type: 'all' };
  return {
    type: 'values',
    values: columns.map(({ expr, as }) => {
      if (isStar(expr))
        throw new Refusal(at, 'selects * and columns beside it', 'Select * alone, or name every column.');
      if (isNode(expr) && expr.type === 'aggr_func')
        throw new Refusal(offsetOf(expr, at), 'counts beside other columns', 'Select COUNT(*) alone.');
      const own = isNode(expr) && expr.type === 'column_ref' ? columnName(expr, names, at) : undefined;
      return { name: nameOf(as, 'mysql') ?? own ?? '?column?', value: toOperand(expr, names, at) };
    }),
  };
}

function isStar(expression: unknown): boolean {
  return isNode(expression) && expression.type === 'column_ref' && nameOf(expression.column, 'mysql') === '*';
}

function countOf(node: Node, { name, names, at }: { name: string; names: Names; at: number }): Projection {
  const here = offsetOf(node, at);
  if (functionName(node) !== 'count')
    throw new Refusal(
      here,
      `calls ${String(node.name).toUpperCase()}, which cannot be evaluated on Upstash Redis`,
      'COUNT(*) can be; keep sums in a field that HINCRBY counts.',
    );
  const { expr: counted } = isNode(node.args) ? node.args : {};
  if (isNode(counted) && counted.type === 'star') return { type: 'count', name };
  const operand = toOperand(counted, names, here);
  if (operand.type !== 'column')
    throw new Refusal(here, 'counts something else than rows', 'Write COUNT(*).');
  return { type: 'count', name, column: operand.name };
}

function sortingOf(
  node: Node,
  { names, projection, at }: { names: Names; projection: Projection; at: number },
): Sorting {
  const operand = toOperand(node.expr, names, at);
  if (operand.type !== 'column')
    throw new Refusal(at, 'sorts by something else than a column', 'Name a column after ORDER BY.');
  const alias =
    projection.type === 'values' ? projection.values.find(({ name }) => name === operand.name) : undefined;
  const isDescending = node.type === 'DESC';
  const nulls = typeof node.nulls === 'string' ? node.nulls.toUpperCase() : undefined;
  return {
    operand: alias?.value ?? operand,
    isDescending,
    areNullsFirst: nulls === undefined ? isDescending : nulls.endsWith('FIRST'),
  };
}

function limitOf(limit: unknown, at: number): number | undefined {
  const [value] = isNode(limit) ? nodes(limit.value) : [];
  if (value === undefined) return undefined;
  if (value.type === 'number' && Number.isSafeInteger(value.value)) return Number(value.value);
  throw new Refusal(at, 'has a LIMIT that is no number', 'Write LIMIT 10.');
}

/** Where rows are to be looked for, by what must hold for each of them. */
function sourceOf(where: Predicate | undefined, layout: TableLayout): RowSource {
  // Numbers may be written in more than one way, so no index lists all of their rows.
  const equations = equationsOf(where).filter(({ operands }) => operands.every(isText));
  const keyed = equations.find(({ column }) => column === layout.id);
  if (keyed !== undefined) return { type: 'keys', values: keyed.operands };
  const indexed =
    equations.find(({ operands }) => operands.some(({ type }) => type === 'parameter')) ??
    equations.find(({ column }) => hasOwnIndex(layout, column));
  return indexed === undefined
    ? { type: 'scan' }
    : { type: 'index', column: indexed.column, values: indexed.operands };
}

function isText(operand: Operand): boolean {
  return operand.type === 'parameter' || (operand.type === 'value' && typeof operand.value === 'string');
}
