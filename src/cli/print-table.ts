import type { Terminal } from './terminal.ts';

/** Prints rows as columns; the first row is the head. */
export function printTable(rows: ReadonlyArray<readonly string[]>, { colors, out }: Terminal): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const [index, row] of rows.entries()) {
    const text = widths
      .map((width, column) => (row[column] ?? '').padEnd(width))
      .join('  ')
      .trimEnd();
    out(index === 0 ? colors.dim(text) : text);
  }
}
