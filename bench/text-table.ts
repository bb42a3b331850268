import type { Column, Table } from './bench.ts';

/** A cell as it is read: numbers with the column's digits and separated thousands, nothing as a dash. */
export function cellText(value: string | number | null | undefined, { digits = 0 }: Column): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Whether a column holds numbers, which stand on the right. */
export function isNumeric({ rows }: Table, { key }: Column): boolean {
  return rows.some((row) => typeof row[key] === 'number');
}

/** A table for a terminal. */
export function textTable(table: Table): string {
  const { columns, rows } = table;
  const lines = [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map((column) => cellText(row[column.key], column))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const drawn = lines.map((line) =>
    line
      .map((cell, index) => {
        const column = columns[index];
        const width = widths[index] ?? 0;
        return column !== undefined && isNumeric(table, column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [table.title, ...drawn].join('\n');
}
