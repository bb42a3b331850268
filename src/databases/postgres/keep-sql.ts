import { chargeStatement as chargeIn } from '../charge-sql.ts';
import type { Charge, KeptRows, Statement } from '../database.ts';
import { quoteName, quoteTable } from './identifiers.ts';

/** One INSERT of all rows, which leaves alone what is newer. */
export function keepStatement({ table, columns, key, version, rows }: KeptRows): Statement {
  const params: unknown[] = [];
  const places = rows.map((row) => {
    const bound = row.map((value) => {
      params.push(toText(value));
      return `$${params.length}`;
    });
    return `(${bound.join(', ')})`;
  });
  const changed = columns.filter((column) => !key.includes(column)).map(quoteName);
  const sql = `INSERT INTO ${quoteTable(table)} AS kept (${columns.map(quoteName).join(', ')})
VALUES ${places.join(', ')}
ON CONFLICT (${key.map(quoteName).join(', ')}) DO UPDATE SET ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}
WHERE kept.${quoteName(version)} < excluded.${quoteName(version)}`;
  return { sql, params };
}

/** See {@link chargeIn}. It answers with the row that it changed. */
export function chargeStatement(charge: Charge): Statement {
  const { sql, params } = chargeIn(charge, { quoteTable, quoteName, place: (number) => `$${number}` });
  return { sql: `${sql} RETURNING 1 AS charged`, params: params.map(toText) };
}

function toText(value: string | number | Date): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
