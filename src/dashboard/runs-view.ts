import { html } from 'hono/html';
import { findRuns, type RunState, stateOf } from '../operations/index.ts';
import type { RunRecord } from '../state/index.ts';
import type { Markup, View } from './document.ts';
import type { DashboardContext } from './views.ts';
import { factOf, linkTo, timeOf } from './words.ts';

const STATES: readonly RunState[] = ['under way', 'failed', 'cancelled', 'ended'];
const PAGE = 50;

/** What was asked for. */
interface Search {
  loop: string;
  subject: string;
  state: RunState | undefined;
  from: number;
}

/** The runs, the newest first, fifty at a time: the next fifty come when the end of the list comes into sight. */
export async function runsView(query: URLSearchParams, context: DashboardContext): Promise<View> {
  const search = readSearch(query);
  const { loop, subject, state, from } = search;
  const found = await findRuns(
    { loop: loop || undefined, subject: subject || undefined, state, from, limit: PAGE + 1 },
    context.operations,
  );
  const shown = found.slice(0, PAGE);
  const loops = [...new Set(context.deployment.plans.map((plan) => plan.loop))];
  const body = html`${filters(search, loops)}
    ${shown.length === 0 ? emptyRuns(search) : runTable(shown, from)}
    ${paging(query, { from, shown: shown.length, hasMore: found.length > PAGE })}`;
  return { title: 'Runs', body, current: 'Runs' };
}

function readSearch(query: URLSearchParams): Search {
  const from = Number(query.get('from') ?? 0);
  return {
    loop: query.get('loop') ?? '',
    subject: query.get('subject') ?? '',
    state: STATES.find((state) => state === query.get('state')),
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
  };
}

function filters({ loop, subject, state }: Search, loops: readonly string[]): Markup {
  const option = (value: string, label: string, chosen: string) =>
    value === chosen
      ? html`<option value="${value}" selected>${label}</option>`
      : html`<option value="${value}">${label}</option>`;
  return html`<form class="filters" method="get" role="search" aria-label="Runs">
    <input type="hidden" name="page" value="runs" />
    <label>Loop <select name="loop">${option('', 'any', loop)}${loops.map((one) => option(one, one, loop))}</select></label>
    <label>State <select name="state">${option('', 'any', state ?? '')}${STATES.map((one) => option(one, one, state ?? ''))}</select></label>
    <label>User <input name="subject" value="${subject}" autocomplete="off" /></label>
    <button>Show</button>
  </form>`;
}

function emptyRuns({ loop, subject, state }: Search): Markup {
  return loop === '' && subject === '' && state === undefined
    ? html`<p>No run has started yet. Insert a row that a loop watches, or send an event: <code>npx skene events send clerk user.created --local</code>.</p>`
    : html`<p>No run is like that. <a href="${linkTo('runs')}">Show all</a></p>`;
}

/** Each page is a table of its own, so that a browser lays out and paints those alone that are in sight. */
function runTable(runs: readonly RunRecord[], from: number): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Runs" data-grows><div class="page" data-key="page-${from}"><table>
    <caption>The newest first, from ${from + 1}</caption>
    <thead><tr><th scope="col">Run</th><th scope="col">User</th><th scope="col">State</th><th scope="col">Started</th><th scope="col">Last</th></tr></thead>
    <tbody data-grows>${runs.map(rowOf)}</tbody>
  </table></div></div>`;
}

function rowOf(run: RunRecord): Markup {
  const state = stateOf(run);
  const last = run.facts.at(-1);
  const user =
    run.subject === ''
      ? 'an audience'
      : html`<a href="${linkTo('people', { id: run.subject })}">${run.subject}</a>`;
  return html`<tr data-key="${run.runId}">
    <th scope="row"><a href="${linkTo('run', { id: run.runId })}">${run.loop}</a></th>
    <td>${user}</td><td><span class="${state === 'failed' ? 'bad' : ''}">${state}</span></td>
    <td>${timeOf(run.startedAt)}</td><td>${last === undefined ? '' : factOf(last)}</td>
  </tr>`;
}

function paging(
  query: URLSearchParams,
  { from, shown, hasMore }: { from: number; shown: number; hasMore: boolean },
): Markup {
  const at = (place: number) =>
    `?${new URLSearchParams([...[...query].filter(([name]) => name !== 'from'), ['from', String(place)]])}`;
  return html`<p data-paging>${shown === 0 ? '' : html`<span class="muted">Up to ${from + shown}.</span>`}
    ${from > 0 ? html`<a href="${at(Math.max(0, from - PAGE))}" rel="prev">Newer</a>` : ''}
    ${hasMore ? html`<a href="${at(from + PAGE)}" rel="next" data-more>Older</a>` : ''}
  </p>`;
}
