import { conjunctsOf, equationOf, isSubject, literalOf, type Scalar, withoutCast } from './conjuncts.ts';
import { type ColumnOf, columnOf, type FromTable, fold, fromTables, type Scope } from './scope.ts';
import { isNode, type Node, nodes, subqueryOf } from './tree.ts';

/** A table a query reads, and what is certain of each of its rows that can matter to the result. */
export interface Read {
  /** As the database names it; with its schema in front unless that is `public`. */
  table: string;
  /** The column that is equated with `$1`, if any. */
  column: string | undefined;
  /** Values that other columns must have. Text compares as the column's collation says: in MySQL mostly without regard to case. */
  equals: Record<string, Scalar>;
}

/** Every table that a query reads, wherever it stands in it, once for each place. */
export function readsOf(root: Node, scope: Scope): Read[] {
  const reads: Read[] = [];
  visitSelect(root, scope, reads);
  return reads;
}

function visit(value: unknown, scope: Scope, reads: Read[]): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, scope, reads);
    return;
  }
  if (!isNode(value)) return;
  if (value.type === 'select') visitSelect(value, scope, reads);
  else for (const member of Object.values(value)) visit(member, scope, reads);
}

function visitSelect(select: Node, outer: Scope, reads: Read[]): void {
  const scope = visitCtes(select, outer, reads);
  const tables = fromTables(select, scope);
  const entries = nodes(select.from);
  for (const [index, { table }] of tables.entries()) {
    if (table !== undefined) reads.push({ table, ...claimsOf(select, tables, { index, scope }) });
    const entry = entries[index];
    if (entry !== undefined && table === undefined) visitDerived(entry, scope, reads);
  }
  const inside = { ...scope, correlated: scope.correlated || tables.length > 0 };
  const { with: _with, from, _next, ...clauses } = select;
  visit(Object.values(clauses), inside, reads);
  visit(
    nodes(from).map((entry) => entry.on),
    inside,
    reads,
  );
  visit(_next, scope, reads);
}

/** A subquery in FROM sees no other table; brackets around joins are read without claims. */
function visitDerived(entry: Node, scope: Scope, reads: Read[]): void {
  const subquery = subqueryOf(entry.expr);
  if (subquery !== undefined) {
    visitSelect(subquery, scope, reads);
    return;
  }
  const inner = isNode(entry.expr) && entry.expr.type === 'tables' ? nodes(entry.expr.expr) : [];
  if (inner.length === 0) visit(entry.expr, { ...scope, correlated: true }, reads);
  for (const { table } of fromTables({ from: inner }, scope)) {
    if (table !== undefined) reads.push({ table, column: undefined, equals: {} });
  }
  for (const nested of inner) {
    if (nested.expr !== undefined) visitDerived(nested, scope, reads);
    visit(nested.on, { ...scope, correlated: true }, reads);
  }
}

/** Reads the WITH clause, and gives the scope in which its names are queries. A query sees the names before its own. */
function visitCtes(select: Node, scope: Scope, reads: Read[]): Scope {
  const clauses = nodes(select.with);
  const names = clauses.map((clause) => fold(clause.name, scope) ?? '');
  const isRecursive = clauses.some((clause) => clause.recursive === true);
  let inside: Scope = isRecursive ? { ...scope, ctes: new Set([...scope.ctes, ...names]) } : scope;
  for (const [index, clause] of clauses.entries()) {
    const query = subqueryOf(clause.stmt);
    if (query !== undefined) visitSelect(query, inside, reads);
    inside = { ...inside, ctes: new Set([...inside.ctes, names[index] ?? '']) };
  }
  return inside;
}

interface Target {
  index: number;
  scope: Scope;
}

/** What a row of one table must satisfy to matter: by the WHERE clause, the inner joins, and its own outer join. */
function claimsOf(select: Node, tables: readonly FromTable[], { index, scope }: Target): Omit<Read, 'table'> {
  const applicable = conditionsFor(select, tables, index).flatMap(conjunctsOf);
  const nullable = tables[index]?.join === 'left' || tables.some(({ join }) => join === 'other');
  const equals: Record<string, Scalar> = {};
  const pairs: Array<[ColumnOf, ColumnOf]> = [];
  const subjects: ColumnOf[] = [];
  for (const conjunct of applicable) {
    const isNull = nullable ? undefined : nullTest(conjunct);
    const tested = isNull === undefined ? undefined : columnOf(isNull, tables, scope);
    if (tested?.table === index) equals[tested.column] = null;
    for (const [one, other] of bothWays(equationOf(conjunct))) {
      const column = columnOf(one, tables, scope);
      const value = literalOf(other, scope.dialect);
      if (column?.table === index && value !== undefined) equals[column.column] = value;
      const subject = columnOf(withoutCast(one), tables, scope);
      if (subject !== undefined && isSubject(other)) subjects.push(subject);
      const partner = columnOf(withoutCast(other), tables, scope);
      if (subject !== undefined && partner !== undefined) pairs.push([subject, partner]);
    }
  }
  return { column: equatedColumn(index, subjects, pairs), equals };
}

function conditionsFor(select: Node, tables: readonly FromTable[], index: number): unknown[] {
  if (tables.some(({ join }) => join === 'other')) return [select.where];
  const ons = tables.filter(({ join }, at) => join === 'inner' || (join === 'left' && at === index));
  return [select.where, ...ons.map(({ on }) => on)];
}

function bothWays(equation: [unknown, unknown] | undefined): Array<[unknown, unknown]> {
  return equation === undefined ? [] : [equation, [equation[1], equation[0]]];
}

function nullTest(conjunct: Node): unknown {
  const isTest = conjunct.type === 'binary_expr' && conjunct.operator === 'IS';
  return isTest && isNode(conjunct.right) && conjunct.right.type === 'null' ? conjunct.left : undefined;
}

/** The column of a table that equals `$1`, directly or through a chain of equal columns. */
function equatedColumn(
  index: number,
  subjects: readonly ColumnOf[],
  pairs: ReadonlyArray<readonly [ColumnOf, ColumnOf]>,
): string | undefined {
  const known = [...subjects];
  for (const reached of known) {
    for (const [from, to] of pairs) {
      const isNew = !known.some((one) => isSame(one, to));
      if (isSame(from, reached) && isNew) known.push(to);
    }
  }
  return known.find(({ table }) => table === index)?.column;
}

function isSame(one: ColumnOf, other: ColumnOf): boolean {
  return one.table === other.table && one.column === other.column;
}
