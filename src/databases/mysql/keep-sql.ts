import { chargeStatement as chargeIn } from '../charge-sql.ts';
import type { Charge, KeptRows } from '../database.ts';
import { quoteName, quoteTable } from './identifiers.ts';

/** One INSERT of all rows, which leaves alone what is newer. */
export function keepStatement({ table, columns, key, version, rows }: KeptRows): {
  sql: string;
  params: string[];
} {
  const newer = `VALUES(${quoteName(version)}) > ${quoteName(version)}`;
  const changed = columns.filter((column) => !key.includes(column) && column !== version).map(quoteName);
  // MySQL assigns from left to right: the version is compared with before it is written.
  const assignments = [...changed, quoteName(version)].map(
    (name) => `${name} = IF(${newer}, VALUES(${name}), ${name})`,
  );
  const places = rows.map((row) => `(${row.map(() => '?').join(', ')})`);
  return {
    sql: `INSERT INTO ${quoteTable(table)} (${columns.map(quoteName).join(', ')})
VALUES ${places.join(', ')}
ON DUPLICATE KEY UPDATE ${assignments.join(', ')}`,
    params: rows.flat().map(toText),
  };
}

/** See {@link chargeIn}. */
export function chargeStatement(charge: Charge): { sql: string; params: string[] } {
  const { sql, params } = chargeIn(charge, { quoteTable, quoteName, place: () => '?' });
  return { sql, params: params.map(toText) };
}

/** A DATETIME has no zone: it is UTC. */
function toText(value: string | number | Date): string {
  return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : String(value);
}
