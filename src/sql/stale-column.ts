import { isTimeDependent } from './behaviour.ts';
import { conjunctsOf } from './conjuncts.ts';
import { columnOf, fromTables, type Scope } from './scope.ts';
import { isNode, type Node } from './tree.ts';

/** A column of a table. */
export interface TableColumn {
  table: string;
  column: string;
}

/**
 * The column that has to lie before a time that moves with the clock, as in `last_activity_at < now() - interval '7 days'`: it says when
 * something was last done. Nothing where there is none, or more than one.
 */
export function staleColumnOf(select: Node, scope: Scope): TableColumn | undefined {
  const tables = fromTables(select, scope);
  const found = conjunctsOf(select.where).flatMap((conjunct): TableColumn[] => {
    const column = columnOf(earlierSide(conjunct), tables, scope);
    const table = column === undefined ? undefined : tables[column.table]?.table;
    return column === undefined || table === undefined ? [] : [{ table, column: column.column }];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** The side of a comparison that must be earlier than the clock's side. */
function earlierSide({ type, operator, left, right }: Node): unknown {
  if (type !== 'binary_expr') return undefined;
  if (operator === '<' || operator === '<=') return isClock(right) ? left : undefined;
  return (operator === '>' || operator === '>=') && isClock(left) ? right : undefined;
}

function isClock(expression: unknown): boolean {
  return isNode(expression) && isTimeDependent(expression);
}
