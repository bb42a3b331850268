import type { KeptRows, Statement } from '../database.ts';
import { quoteName, quoteTable } from './identifiers.ts';

/** One INSERT of all rows, which leaves alone what is newer. */
export function keepStatement({ table, columns, key, version, rows }: KeptRows): Statement {
  const params: unknown[] = [];
  const places = rows.map((row) => {
    const bound = row.map((value) => {
      params.push(value instanceof Date ? value.toISOString() : String(value));
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
