import { type FromTable, fold, fromTables, type Scope } from './scope.ts';
import { isNode, type Node, nameOf, nodes } from './tree.ts';

/** A column that a query speaks of. */
export interface Mention {
  column: string;
  /** The tables of which one has to have it: one, unless it is written without a table where there are several. */
  tables: string[];
}

/** Words that stand for a value, and columns that every table has. */
const NOT_COLUMNS = new Set([
  ...['current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp'],
  ...['current_user', 'session_user', 'current_role', 'current_schema', 'current_catalog', 'user'],
  ...['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid', 'default', 'unknown'],
  ...['epoch', 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'microsecond'],
  ...['dow', 'isodow', 'doy', 'isoyear', 'century', 'decade', 'millennium', 'timezone'],
]);

/** A SELECT, and what may be named in it. */
interface Place {
  scope: Scope;
  /** The tables of this SELECT, and those around it. */
  levels: ReadonlyArray<readonly FromTable[]>;
  /** Names that the SELECT gives to what it answers with. */
  aliases: ReadonlySet<string>;
}

/** The columns a query speaks of, where it is certain in which tables they have to be. */
export function mentionsOf(root: Node, scope: Scope): Mention[] {
  const found = new Map<string, Mention>();
  visitSelect(root, { scope, levels: [], aliases: new Set() }, (mention) =>
    found.set(JSON.stringify(mention), mention),
  );
  return [...found.values()];
}

type Note = (mention: Mention) => void;

function visitSelect(select: Node, outer: Place, note: Note): void {
  const ctes = nodes(select.with).flatMap(({ name }) => fold(name, outer.scope) ?? []);
  // Which query sees which name of a WITH clause does not matter here: nothing is said of any of them.
  const scope = { ...outer.scope, ctes: new Set([...outer.scope.ctes, ...ctes]) };
  const levels = [fromTables(select, scope), ...outer.levels];
  const aliases = new Set(nodes(select.columns).flatMap((column) => nameOf(column.as, scope.dialect) ?? []));
  const { _next, with: clauses, from, ...own } = select;
  visit(Object.values(own), { scope, levels, aliases }, note);
  for (const { on, expr } of nodes(from)) {
    visit(on, { scope, levels, aliases }, note);
    visit(expr, { ...outer, scope }, note);
  }
  visit(clauses, { ...outer, scope }, note);
  visit(_next, { ...outer, scope }, note);
}

function visit(value: unknown, place: Place, note: Note): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, place, note);
    return;
  }
  if (!isNode(value)) return;
  if (value.type === 'select') {
    visitSelect(value, place, note);
    return;
  }
  if (value.type === 'column_ref') {
    const mention = mentionOf(value, place);
    if (mention !== undefined) note(mention);
    return;
  }
  for (const member of Object.values(value)) visit(member, place, note);
}

function mentionOf(reference: Node, { scope, levels, aliases }: Place): Mention | undefined {
  const column = nameOf(reference.column, scope.dialect);
  if (column === undefined || column === '*' || reference.db || reference.schema) return undefined;
  const qualifier = fold(reference.table, scope);
  const inReach = levels.flat();
  if (qualifier !== undefined) {
    const table = inReach.find(({ alias }) => alias === qualifier)?.table;
    return table === undefined ? undefined : { column, tables: [table] };
  }
  const isName = inReach.some(({ alias }) => alias === column);
  if (isName || aliases.has(column) || NOT_COLUMNS.has(column.toLowerCase())) return undefined;
  const tables = inReach.flatMap(({ table }) => table ?? []);
  const isCertain = tables.length > 0 && tables.length === inReach.length;
  return isCertain ? { column, tables: [...new Set(tables)] } : undefined;
}
