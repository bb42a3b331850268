import type { RowOperation } from '../events/index.ts';
import type { Row } from './database.ts';

/** Names under which tables keep when a row was made, the most usual first. */
export const CREATED_COLUMNS = [
  'created_at',
  'createdAt',
  'inserted_at',
  'date_joined',
  'created_on',
  'created',
];

/** Names under which tables keep when a row was last changed, the most usual first. */
export const UPDATED_COLUMNS = [
  'updated_at',
  'updatedAt',
  'modified_at',
  'updated_on',
  'modified',
  'updated',
];

/** Which columns tell a row of a watched table from every other. */
export interface KeyColumns {
  id: string;
  /** A column that only grows, where the author named one. */
  cursor?: string | undefined;
}

/**
 * What tells a change from every other of its table. An insert is known by the row's key and when it was made, so that a
 * pass over the table says the same as the outbox, and a table that was emptied and filled again has new rows.
 * @param seen what tells this sighting from others, where the row itself does not say: for a delete, and an update that
 *   left the column of the last change as it was.
 */
export function rowIdentity(
  change: { operation: RowOperation; row: Row; keys: KeyColumns },
  seen?: readonly unknown[],
): unknown[] {
  const { operation, row, keys } = change;
  const id = row[keys.id];
  if (id === null || id === undefined) return ['seen', ...(seen ?? [JSON.stringify(row)])];
  if (operation === 'insert') {
    const made = keys.cursor === undefined ? firstValue(row, CREATED_COLUMNS) : row[keys.cursor];
    return made === undefined || made === null ? [String(id)] : [String(id), String(made)];
  }
  return seen === undefined ? [String(id), firstValue(row, UPDATED_COLUMNS)] : [String(id), 'seen', ...seen];
}

function firstValue(row: Row, columns: readonly string[]): string | undefined {
  const column = columns.find((name) => row[name] !== null && row[name] !== undefined);
  return column === undefined ? undefined : String(row[column]);
}
