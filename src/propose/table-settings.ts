import type { Column, NamedKeyAction, Table, Users } from '../inspect/index.ts';
import { type Entry, entry, literal, object } from './code.ts';

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
  const needsCursor =
    table.dialect === 'mysql' &&
    created?.kind === 'time' &&
    !table.columns.some(({ name }) => KNOWN_CURSORS.includes(name));
  const entries = [
    id === 'id' ? undefined : entry('id', literal(id)),
    needsCursor ? entry('cursor', literal(created.name)) : undefined,
  ].filter((one) => one !== undefined);
  return entries.length === 0 ? [] : [entry(table.name, object(...entries))];
}
