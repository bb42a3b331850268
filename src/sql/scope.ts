import type { Dialect } from './tokens.ts';
import { isNode, type Node, nameOf, nodes } from './tree.ts';

/** How a table stands in the FROM clause of one SELECT. */
export interface FromTable {
  /** The name by which columns are qualified: the alias, or the table's own. */
  alias: string | undefined;
  /** The base table, with its schema unless that is `public`; `undefined` for a subquery, a CTE or a function. */
  table: string | undefined;
  join: 'first' | 'inner' | 'left' | 'other';
  on: unknown;
}

/** What names mean at some place in a query. */
export interface Scope {
  dialect: Dialect;
  /** Names as they were quoted: only these keep their capitals in PostgreSQL. */
  quoted: ReadonlySet<string>;
  /** Names that a WITH clause gives to queries. */
  ctes: ReadonlySet<string>;
  /** Whether tables of an outer query can be meant by a name without a qualifier. */
  correlated: boolean;
}

/** Words the parser takes for an alias where they begin a join. */
const NOT_ALIASES = new Set(['natural', 'cross']);

/** Reads the FROM clause of a SELECT. */
export function fromTables(select: Node, scope: Scope): FromTable[] {
  return nodes(select.from).map((entry) => fromTable(entry, scope));
}

function fromTable(entry: Node, scope: Scope): FromTable {
  const alias = fold(entry.as, scope);
  const name = fold(entry.table, scope);
  const base = { join: joinOf(entry), on: entry.on };
  if (name === undefined) return { ...base, alias, table: undefined };
  const schema = fold(entry.db, scope);
  const isCte = schema === undefined && scope.ctes.has(name);
  const isPublic = schema === undefined || (scope.dialect === 'postgres' && schema === 'public');
  return {
    ...base,
    alias: alias === undefined || NOT_ALIASES.has(alias) ? name : alias,
    table: isCte ? undefined : isPublic ? name : `${schema}.${name}`,
  };
}

function joinOf(entry: Node): FromTable['join'] {
  if (typeof entry.join !== 'string') return 'first';
  if (/^(?:INNER |CROSS )?JOIN$/.test(entry.join)) return 'inner';
  return /^LEFT\b/.test(entry.join) ? 'left' : 'other';
}

/** A table's name or alias as the database understands it. */
export function fold(value: unknown, scope: Scope): string | undefined {
  const name = isNode(value) ? nameOf(value, scope.dialect) : typeof value === 'string' ? value : undefined;
  if (name === undefined || name === '') return undefined;
  return scope.dialect === 'mysql' || scope.quoted.has(name) ? name : name.toLowerCase();
}

/** A column of one of the tables of a SELECT. */
export interface ColumnOf {
  /** The table's place in the FROM clause. */
  table: number;
  column: string;
}

/** The table and column that an expression is, if it is a plain column and it is certain whose. */
export function columnOf(
  expression: unknown,
  tables: readonly FromTable[],
  scope: Scope,
): ColumnOf | undefined {
  if (!isNode(expression) || expression.type !== 'column_ref') return undefined;
  const column = nameOf(expression.column, scope.dialect);
  if (column === undefined || column === '*') return undefined;
  const qualifier = fold(expression.table, scope);
  if (qualifier === undefined)
    return tables.length === 1 && !scope.correlated ? { table: 0, column } : undefined;
  const table = tables.findIndex(({ alias }) => alias === qualifier);
  return table === -1 ? undefined : { table, column };
}
