import type { Row } from './database.ts';

/** A row wider than this loses its values wider than {@link WIDEST_VALUE}: a picture in a column has no place in a queue. */
const WIDEST_ROW = 65_536;
const WIDEST_VALUE = 4_096;

/** A row that a queue can carry: as it is, or without its widest values. Widths are of JSON, in characters. */
export function withoutWideValues(row: Row): Row {
  const width = (value: unknown): number => JSON.stringify(value).length;
  if (width(row) <= WIDEST_ROW) return row;
  return Object.fromEntries(Object.entries(row).filter(([, value]) => width(value) <= WIDEST_VALUE));
}
