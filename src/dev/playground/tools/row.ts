import { html, raw } from 'hono/html';
import type { Markup } from '../../../dashboard/index.ts';
import { RequestError } from '../../../errors/index.ts';
import type { Plan } from '../../../plan/index.ts';
import { actionForm, choiceForm, optionOf, type Tool } from '../form.ts';
import { placeOf, type Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';
import { type Column, insertOf, readTables, runSql } from '../tables.ts';
import { resultTable } from './result-table.ts';

const NAME = 'row';
/** What a column's field is called in the form; a column may be called as anything else of it. */
const FIELD = 'column.';

/** A row that is inserted: a form made from the columns of a table. */
export async function rowTool(scene: Scene, stage: Stage): Promise<Tool> {
  const tables = await readTables(await placeOf(stage));
  const { plans, users } = stage.project().deployment;
  const names = [...tables.keys()];
  const asked = scene.query.get('table') ?? firstTable(plans) ?? users.table;
  const table = tables.has(asked) ? asked : names[0];
  const body =
    table === undefined
      ? html`<p>The database has no table yet. Make one with your migrations, or below: <code>create table users (id bigint generated always as identity primary key, email text not null)</code>.</p>`
      : html`${choiceForm(['table'], {
          query: scene.query,
          label: 'Choose a table',
          body: html`<label>Table <select name="table">${names.map((name) => optionOf(name, name, table))}</select></label><button>Choose</button>`,
        })}${rowForm(scene, { table, columns: tables.get(table) ?? [], plans, usersTable: users.table })}`;
  return { name: NAME, title: 'Insert a row', body };
}

/** A loop of this deployment begins with a row of it. */
function firstTable(plans: readonly Plan[]): string | undefined {
  return plans.flatMap(({ trigger }) => (trigger.type === 'database' ? [trigger.table] : []))[0];
}

interface RowForm {
  table: string;
  columns: readonly Column[];
  plans: readonly Plan[];
  usersTable: string;
}

function rowForm(scene: Scene, { table, columns, plans, usersTable }: RowForm): Markup {
  const sample = table === usersTable ? {} : wantedValues(table, scene, plans);
  const fields = columns.map((column) => {
    const value = sample[column.name] ?? (table === usersTable ? sampleOf(column) : '');
    return html`<label>${column.name} <small class="muted">${column.type}${column.isRequired ? '' : ', may be left out'}</small>
      <input name="${FIELD}${column.name}" value="${value}" autocomplete="off" ${column.isRequired ? raw('required') : ''} /></label>`;
  });
  const body = html`<div class="fields grid" data-key="row-${table}">${fields}</div><input type="hidden" name="table" value="${table}" /><button>Insert into ${table}</button>`;
  return actionForm(NAME, { query: scene.query, label: `Insert into ${table}`, body });
}

/** The row that the watched run, or else some loop, waits for in a table. */
function wantedValues(table: string, { watched }: Scene, plans: readonly Plan[]): Record<string, string> {
  const own = watched?.plan === undefined ? [] : [watched.plan];
  const [wake] = [...own, ...plans].flatMap(({ steps }) =>
    steps.flatMap(({ condition }) =>
      condition?.type === 'query' ? condition.wakes.filter((one) => one.table === table) : [],
    ),
  );
  if (wake === undefined) return {};
  const subject = watched?.run.subject ?? '';
  const equals = Object.entries(wake.equals).map(([name, value]) => [name, String(value ?? '')]);
  return { ...Object.fromEntries(equals), [wake.column]: subject };
}

/** Somebody to begin with: templates ask for names and links. */
function sampleOf({ name, type }: Column): string {
  if (!/text|char/i.test(type)) return '';
  if (/e-?mail/i.test(name)) return 'ada@example.com';
  if (/link|url/i.test(name)) return 'https://example.com/start';
  return /name/i.test(name) ? 'Ada' : '';
}

/** Inserts the row of a form. Fields that were left empty are left to the database. */
export async function insertRow(form: URLSearchParams, stage: Stage): Promise<Markup> {
  const place = await placeOf(stage);
  const table = form.get('table') ?? '';
  const columns = (await readTables(place)).get(table);
  if (columns === undefined) throw new RequestError('REQUEST_INVALID', `There is no table "${table}".`);
  const values = columns.flatMap(({ name }) => {
    const value = form.get(FIELD + name) ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const rows = await runSql(place, insertOf(place, table, values));
  return html`<p class="good">Inserted into ${table}.</p>${resultTable(rows)}`;
}
