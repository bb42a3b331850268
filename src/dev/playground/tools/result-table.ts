import { html } from 'hono/html';
import type { Markup } from '../../../dashboard/index.ts';
import type { Row } from '../../../databases/index.ts';

const MOST_ROWS = 50;

/** The rows that a statement gave, the first of them. */
export function resultTable(rows: readonly Row[]): Markup {
  const [first] = rows;
  if (first === undefined) return html``;
  const columns = Object.keys(first);
  const shown = rows.slice(0, MOST_ROWS);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Rows"><table>
    <caption>${rows.length === 1 ? '1 row' : `${rows.length} rows`}${rows.length > MOST_ROWS ? `, the first ${MOST_ROWS}` : ''}</caption>
    <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${shown.map((row) => html`<tr>${columns.map((name) => html`<td>${textOf(row[name])}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
