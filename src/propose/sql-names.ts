import type { Dialect } from '../sql/index.ts';
import { RESERVED_WORDS } from './reserved-words.ts';

/** Writes a table's or column's name into SQL: as it is where the database takes it so, else quoted. */
export function sqlName(name: string, dialect: Dialect): string {
  return name
    .split('.')
    .map((part) => (isPlain(part, dialect) ? part : quoted(part, dialect)))
    .join('.');
}

/** PostgreSQL folds capitals of a name that is not quoted; MySQL takes them as they are. */
function isPlain(name: string, dialect: Dialect): boolean {
  const pattern = dialect === 'postgres' ? /^[a-z_][a-z0-9_]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/;
  return pattern.test(name) && !RESERVED_WORDS.has(name.toLowerCase());
}

function quoted(name: string, dialect: Dialect): string {
  const mark = dialect === 'postgres' ? '"' : '`';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** A span of days before now, in a dialect's words. */
export function daysAgo(days: number, dialect: Dialect): string {
  return dialect === 'postgres' ? `NOW() - INTERVAL '${days} days'` : `NOW() - INTERVAL ${days} DAY`;
}

/** A text in SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
