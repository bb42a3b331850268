import type { Column, NamedKeyAction, Table, Users } from '../inspect/index.ts';
import { type Entry, entry, literal, object } from './code.ts';
import { shownPlace } from './question.ts';

/** Columns by which polling finds new rows without being told. */
const KNOWN_CURSORS = ['created_at', 'createdAt', 'inserted_at', 'date_joined', 'created_on', 'created'];

/** What `tables` has to say of the tables a loop reads, where they are not as Skene expects them. */
export function tableSettings(users: Users, action: NamedKeyAction | undefined): Entry[] {
  return [
    ...settingsOf(users.table, { id: users.id, created: users.created }),
    ...(action === undefined
      ? []
      : settingsOf(action.table, { id: keyOf(action.table), created: action.created })),
  ];
}

/** The only column of the primary key; a key of several columns names no row by itself. */
function keyOf({ primaryKey }: Table): string {
  return primaryKey.length === 1 ? (primaryKey[0] ?? 'id') : 'id';
}

function settingsOf(table: Table, { id, created }: { id: string; created: Column | undefined }): Entry[] {
  const { key = `${table.name}:{id}` } = table;
  const cursor = cursorOf(table, id, created);
  const entries = [
    key === `${table.name}:{id}` ? undefined : entry('key', literal(key)),
    id === 'id' ? undefined : entry('id', literal(id)),
    cursor && entry('cursor', literal(cursor.name)),
  ].filter((one) => one !== undefined);
  if (entries.length === 0) return [];
  const notes =
    cursor === undefined
      ? []
      : [
          `Rows are found by ${cursor.name} (${shownPlace(cursor.place)}); it must be set when a row is made, and never changed.`,
        ];
  return [entry(table.name, object(...entries), notes)];
}

/** What a table of MySQL is read by, where polling would not find it: neither a usual column nor a key that counts up. */
function cursorOf(table: Table, id: string, created: Column | undefined): Column | undefined {
  const isFound = table.columns.some(
    ({ name, kind }) => KNOWN_CURSORS.includes(name) || (name === id && kind === 'number'),
  );
  return table.dialect === 'mysql' && !isFound ? created : undefined;
}
