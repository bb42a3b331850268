import type { Pass, Position } from '../progress.ts';
import type { Column, ColumnKind, Ordering } from './columns.ts';
import { quoteName, quoteTable } from './identifiers.ts';

/** SQL with `?` for each of its values. */
interface Sql {
  sql: string;
  params: string[];
}

/** The rows of a table that a pass has to read next, at most `limit`. */
export function pageSql(
  table: string,
  ordering: Ordering,
  { pass, limit }: { pass: Pass; limit: number },
): Sql {
  const { column, kind, id, idKind } = ordering;
  const [cursor, key] = [quoteName(column.name), quoteName(id.name)];
  const value = placeholder(column, kind);
  const conditions: string[] = [`${cursor} IS NOT NULL`];
  const params: string[] = [];
  const add = (condition: string, ...values: string[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  // The range by itself, so that an index is used; then the place in it.
  if (pass.from !== undefined) add(`${cursor} >= ${value}`, pass.from);
  if (pass.after !== undefined && column.name === id.name) add(`${cursor} > ${value}`, pass.after.value);
  else if (pass.after !== undefined) {
    const { value: at, id: last } = pass.after;
    add(`${cursor} >= ${value}`, at);
    add(`(${cursor} > ${value} OR ${key} > ${placeholder(id, idKind)})`, at, last);
  }
  if (ordering.unchanged !== undefined) add(`NOT (${cursor} <=> ${quoteName(ordering.unchanged)})`);
  return {
    sql: `SELECT * FROM ${quoteTable(table)} WHERE ${conditions.join(' AND ')} ORDER BY ${cursor}, ${key} LIMIT ${Math.floor(limit)}`,
    params,
  };
}

/** The newest row of a table. */
export function newestSql(table: string, { column, id }: Ordering): Sql {
  const [cursor, key] = [quoteName(column.name), quoteName(id.name)];
  const sql = `SELECT ${cursor}, ${key} FROM ${quoteTable(table)} WHERE ${cursor} IS NOT NULL ORDER BY ${cursor} DESC, ${key} DESC LIMIT 1`;
  return { sql, params: [] };
}

/** How many rows come after a value, counted up to `most`, and the first of them. */
export function countSql(
  table: string,
  { column, kind }: Ordering,
  { after, most }: { after: string | undefined; most: number },
): Sql {
  const cursor = quoteName(column.name);
  const condition =
    after === undefined ? `${cursor} IS NOT NULL` : `${cursor} > ${placeholder(column, kind)}`;
  const inner = `SELECT ${cursor} AS place FROM ${quoteTable(table)} WHERE ${condition} ORDER BY ${cursor} LIMIT ${most}`;
  return {
    sql: `SELECT COUNT(*) AS ${quoteName('rows')}, MIN(place) AS ${quoteName('first')} FROM (${inner}) AS waiting`,
    params: after === undefined ? [] : [after],
  };
}

/** A row's place in the order, in the form that {@link pageSql} takes. */
export function positionOf(row: Record<string, unknown>, { column, kind, id, idKind }: Ordering): Position {
  return { value: textOf(row[column.name], kind), id: textOf(row[id.name], idKind) };
}

function textOf(value: unknown, kind: ColumnKind): string {
  return kind === 'time' ? String(value).replace('T', ' ').replace('Z', '') : String(value);
}

/** Values come as text: without a cast, MySQL would compare numbers as doubles. */
function placeholder({ isUnsigned }: Column, kind: ColumnKind): string {
  switch (kind) {
    case 'time':
      return 'CAST(? AS DATETIME(6))';
    case 'integer':
      return `CAST(? AS ${isUnsigned ? 'UNSIGNED' : 'SIGNED'})`;
    case 'bytes':
      return 'FROM_BASE64(?)';
    case 'text':
      return '?';
  }
}
