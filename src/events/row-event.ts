import type { SkeneEvent } from './event.ts';
import { stableHash } from './ids.ts';
import { isTooDeep } from './nesting.ts';

/** What a database did to a row. */
export type RowOperation = 'insert' | 'update' | 'delete';

/** A row that was written, as a database's change capture reports it. */
export interface RowChange {
  table: string;
  operation: RowOperation;
  /** The row as it is now (as it was, for a delete). */
  row: Record<string, unknown>;
  /**
   * What tells this change from every other of its table: the primary key, and for an update whatever grows with each.
   * The same change seen twice (by the outbox and by a later pass over the table) has the same identity.
   */
  identity: readonly unknown[];
  /** When it was seen, ms since the epoch. */
  at: number;
}

/** The type of the event that tells of a row: `db.users.insert`. */
export function rowEventType(table: string, operation: RowOperation): string {
  return `db.${table}.${operation}`;
}

/** Turns a changed row into an event. Its subject is left open: which column says so depends on the loop. */
export function rowEvent(change: RowChange): SkeneEvent {
  return {
    specversion: '1.0',
    id: stableHash([change.table, change.operation, ...change.identity]),
    source: `/db/${change.table}`,
    type: rowEventType(change.table, change.operation),
    time: new Date(change.at).toISOString(),
    data: shallow(change.row),
  };
}

/** A user may have written what is in a column: one that no run could carry is left out, and holds up no other row. */
function shallow(row: RowChange['row']): RowChange['row'] {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !isTooDeep(value)));
}
