import type { Row } from '../database.ts';
import { fromCapturedNumber, fromCapturedText } from './types.ts';

/** A row as it leaves the database, with what is needed to read it. */
export interface CapturedRow {
  /** Every number is text, because JSON.parse would round those beyond 2^53. */
  row: Row;
  /** The columns whose value is a number. */
  numbers: string[];
  /** The type of each column (object id in `pg_type`), as far as the table is still there. */
  types: Record<string, number>;
}

/**
 * The columns of a {@link CapturedRow}, for a SELECT.
 * @param row a jsonb expression as `to_jsonb` makes it. @param relation an expression for the table's object id.
 */
export function capturedRowColumns(row: string, relation: string): string {
  return `
  (SELECT jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'number' THEN to_jsonb(value #>> '{}') ELSE value END)
   FROM jsonb_each(${row})) AS "row",
  (SELECT coalesce(jsonb_agg(key), '[]') FROM jsonb_each(${row}) WHERE jsonb_typeof(value) = 'number') AS numbers,
  (SELECT coalesce(jsonb_object_agg(attname, coalesce(nullif(typbasetype, 0), atttypid)::bigint), '{}')
   FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid = atttypid
   WHERE attrelid = ${relation} AND attnum > 0) AS types`;
}

/** Gives a captured row the very form in which a SELECT gives it. */
export function readCapturedRow({ row, numbers, types }: CapturedRow): Row {
  const isNumber = new Set(numbers);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const read = isNumber.has(name) ? fromCapturedNumber : fromCapturedText;
      return [name, read(value, types[name])];
    }),
  );
}
