import type { Watch } from '../../plan/index.ts';
import { CREATED_COLUMNS, UPDATED_COLUMNS } from '../row-identity.ts';
import { quoteTable } from './identifiers.ts';
import type { RunSql } from './session.ts';

/** A column of a table. */
export interface Column {
  name: string;
  /** As `format_type` writes it, ready for a cast. */
  type: string;
}

/** The column by which new rows are told from old ones. */
export interface Ordering {
  column: string;
  type: string;
  idType: string;
  kind: 'time' | 'integer';
  /** How far back to begin at least, in ms or in numbers. */
  overlap: number;
  /** For updates: the column with which the other is equal as long as a row was never updated. */
  unchanged?: string | undefined;
}

/** Numbers are given out before the commit, and a session may keep some back (a sequence's cache). */
const INTEGER_OVERLAP = 1_000;

/** A time without zone may be any zone's, and a date any moment of its day. */
const ZONELESS_OVERLAP_MS = 38 * 3_600_000;

/** The columns of a table; none when there is no such table. */
export async function readColumns(run: RunSql, table: string): Promise<Column[]> {
  const sql = `
    SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`;
  const [rows = []] = await run([{ sql, params: [quoteTable(table)] }], { readOnly: true });
  return rows as unknown as Column[];
}

/** How the changes of an operation are found in the table itself; nothing when no column tells. */
export function orderingOf(
  watch: Watch,
  operation: 'insert' | 'update',
  columns: readonly Column[],
): Ordering | undefined {
  const find = (names: readonly string[]): Column | undefined =>
    names
      .map((name) => columns.find((column) => column.name === name))
      .find((column) => column !== undefined);
  const id = find([watch.id]);
  if (id === undefined) return undefined;
  const created = find(watch.cursor === undefined ? [...CREATED_COLUMNS, watch.id] : [watch.cursor]);
  const column = operation === 'insert' ? created : find(UPDATED_COLUMNS);
  if (column === undefined) return undefined;
  const base = { column: column.name, type: column.type, idType: id.type };
  switch (column.type) {
    case 'timestamp with time zone':
      return { ...base, kind: 'time', overlap: 0, unchanged: sameKind(operation, column, created) };
    case 'timestamp without time zone':
    case 'date':
      return {
        ...base,
        kind: 'time',
        overlap: ZONELESS_OVERLAP_MS,
        unchanged: sameKind(operation, column, created),
      };
    case 'smallint':
    case 'integer':
    case 'bigint':
      return operation === 'insert' ? { ...base, kind: 'integer', overlap: INTEGER_OVERLAP } : undefined;
    default:
      return undefined;
  }
}

function sameKind(
  operation: 'insert' | 'update',
  column: Column,
  created: Column | undefined,
): string | undefined {
  return operation === 'update' && created?.type === column.type ? created.name : undefined;
}
