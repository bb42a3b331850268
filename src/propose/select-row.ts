import type { NamedKeyAction, Users } from '../inspect/index.ts';
import { sqlName, sqlText } from './sql-names.ts';

/** The query that finds whether a user has done something: a row of theirs, narrowed to an action where there is one. */
export function selectRow(
  { table, owner, action }: NamedKeyAction,
  value: string | undefined,
  users: Users,
): string {
  const dialect = dialectOf(users);
  const which =
    action === undefined || value === undefined
      ? ''
      : ` AND ${sqlName(action.name, dialect)} = ${sqlText(value)}`;
  return `SELECT * FROM ${sqlName(table.name, dialect)} WHERE ${sqlName(owner.name, dialect)} = $1${which}`;
}

/** The language of the users' database. Hashes are asked in PostgreSQL's. */
export function dialectOf({ table }: Pick<Users, 'table'>): 'postgres' | 'mysql' {
  return table.dialect === 'mysql' ? 'mysql' : 'postgres';
}
