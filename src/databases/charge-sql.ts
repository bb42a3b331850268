import type { Charge } from './database.ts';

/** How a dialect writes names and takes values. */
export interface ChargeDialect {
  quoteTable(table: string): string;
  quoteName(name: string): string;
  /** The place of a value, counted from 1. */
  place(number: number): string;
}

/** One UPDATE, which changes a row exactly where there is room: of many at once no more get through than fit. */
export function chargeStatement(
  { table, number, version, units, most, where }: Charge,
  { quoteTable, quoteName, place }: ChargeDialect,
): { sql: string; params: Array<string | number | Date> } {
  const params: Array<string | number | Date> = [];
  const bind = (value: string | number | Date): string => {
    params.push(value);
    return place(params.length);
  };
  const [used, count] = [quoteName(number), quoteName(version)];
  const set = `${used} = ${used} + ${bind(units)}, ${count} = ${count} + 1`;
  const conditions = where.map(({ column, is, value }) => `${quoteName(column)} ${is} ${bind(value)}`);
  conditions.push(`${used} <= ${bind(most - units)}`);
  return { sql: `UPDATE ${quoteTable(table)} SET ${set} WHERE ${conditions.join(' AND ')}`, params };
}
