import { type RowChange, type RowOperation, stableHash } from '../../events/index.ts';
import { type Fields, type TableLayout, toRow } from '../../hashes/index.ts';
import { hasValues, type Watch } from '../../plan/index.ts';
import { withoutWideValues } from '../row-width.ts';
import { withId } from './rows.ts';

/** A change as it was found. */
export interface FoundChange {
  operation: RowOperation;
  /** The row's id. */
  id: string;
  fields: Fields;
  /** What tells this sighting of an update or a delete from others. */
  seen: string;
  /** Ms since the epoch. */
  at: number;
}

/**
 * What a watch makes of changes: those that matter to it. The insert of a row is known by its id alone, so that the stream, a sorted set
 * and a look at the row itself say the same of it.
 */
export function toChanges(found: readonly FoundChange[], watch: Watch, layout: TableLayout): RowChange[] {
  return found.flatMap(({ operation, id, fields, seen, at }): RowChange[] => {
    const row = toRow(withId(fields, layout, id));
    const matters = watch.changes.some(
      (change) => change.operation === operation && hasValues(row, change.equals),
    );
    if (!matters) return [];
    const identity = operation === 'insert' ? [id] : [id, 'seen', seen];
    return [{ table: watch.table, operation, row: withoutWideValues(row), identity, at }];
  });
}

/** What a row is now, in short: two rows with the same fields have the same. */
export function digestOf(fields: Fields): string {
  return stableHash(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));
}
