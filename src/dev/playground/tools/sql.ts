import { html } from 'hono/html';
import type { Markup } from '../../../dashboard/index.ts';
import { actionForm, type Tool } from '../form.ts';
import { placeOf, type Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';
import { runSql } from '../tables.ts';
import { resultTable } from './result-table.ts';

const NAME = 'sql';

/** One statement of SQL, whatever it does. */
export function sqlTool({ query }: Scene): Tool {
  const body = html`<label>One statement <textarea name="sql" rows="3" required spellcheck="false" autocapitalize="off">select * from users</textarea></label><button>Run</button>`;
  return { name: NAME, title: 'Run SQL', body: actionForm(NAME, { query, label: 'Run SQL', body }) };
}

/** Runs the statement of a form. */
export async function runStatement(form: URLSearchParams, stage: Stage): Promise<Markup> {
  const rows = await runSql(await placeOf(stage), { sql: form.get('sql') ?? '' });
  return rows.length === 0 ? html`<p class="good">Done; no rows.</p>` : resultTable(rows);
}
