import { html } from 'hono/html';
import { isSkeneError } from '../errors/index.ts';
import { showRun, stateOf } from '../operations/index.ts';
import type { Plan } from '../plan/index.ts';
import { diagramOf } from './diagram.ts';
import type { Markup, View } from './document.ts';
import { planOf, progressOf } from './progress.ts';
import type { DashboardContext } from './views.ts';
import { factOf, linkTo, timeOf } from './words.ts';

type Shown = Awaited<ReturnType<typeof showRun>>;

/** One run: what became of it, the steps QStash took, and what may be done about it. */
export async function runView(runId: string, { deployment, operations }: DashboardContext): Promise<View> {
  const shown = await showRun(runId, operations).catch((error: unknown) => {
    if (isSkeneError(error, 'USAGE')) return undefined;
    throw error;
  });
  if (shown === undefined) {
    const body = html`<p>It is not known, or was too long ago: runs are remembered for 90 days.</p><p><a href="${linkTo('runs')}">All runs</a></p>`;
    return { title: 'No such run', body, current: 'Runs', status: 404 };
  }
  return {
    title: `${shown.run.loop} for ${shown.run.subject || 'an audience'}`,
    body: bodyOf(shown, planOf(shown.run, deployment.plans)),
    current: 'Runs',
  };
}

function bodyOf({ run, steps, deadLetter }: Shown, plan: Plan | undefined): Markup {
  const state = stateOf(run);
  return html`<dl>
      <dt>State</dt><dd class="${state === 'failed' ? 'bad' : ''}">${state}</dd>
      <dt>User</dt><dd>${run.subject === '' ? 'an audience' : html`<a href="${linkTo('people', { id: run.subject })}">${run.subject}</a>`}</dd>
      <dt>Started</dt><dd>${timeOf(run.startedAt)}</dd>
      <dt>Billed messages</dt><dd>${billedOf(steps)}</dd>
      <dt>Run</dt><dd><code>${run.runId}</code></dd>
    </dl>
    ${plan === undefined ? '' : html`<h2>Where it is</h2>${diagramOf(plan, progressOf(plan, { run, steps }))}`}
    <h2>What happened</h2>
    <ol class="story">${run.facts.map((fact) => html`<li>${timeOf(fact.at)} ${factOf(fact)}${emailLink(fact.detail?.emailId)}</li>`)}</ol>
    ${deadLetter === undefined ? '' : givenUp(deadLetter)}
    ${actions(run.runId, state, deadLetter !== undefined)}
    ${steps.length === 0 ? '' : stepTable(steps)}`;
}

/** The email that was sent, as it was rendered. */
function emailLink(emailId: unknown): Markup | string {
  return typeof emailId === 'string'
    ? html` <a href="${linkTo('email', { id: emailId })}">the email as it was sent</a>`
    : '';
}

/** Each delivery of QStash is one: one for each step that is done, and one for each attempt that failed. */
function billedOf(steps: Shown['steps']): number {
  return steps.reduce((sum, { state, errors }) => sum + (state === 'success' ? 1 : 0) + errors.length, 0);
}

function givenUp({ status, reason }: NonNullable<Shown['deadLetter']>): Markup {
  return html`<h2>Why it was given up</h2><p class="bad">The last attempt answered ${status}.</p><pre>${reason}</pre>`;
}

function actions(runId: string, state: string, canResume: boolean): Markup {
  const button = (action: string, label: string, style = '') =>
    html`<form class="inline" method="post" action="?action=${action}"><input type="hidden" name="id" value="${runId}" /><button class="${style}">${label}</button></form>`;
  if (state === 'under way') return button('cancel', 'End this run', 'danger');
  return canResume ? button('retry', 'Go on from the step that failed') : html``;
}

function stepTable(steps: Shown['steps']): Markup {
  return html`<h2>Steps</h2><div class="scroll" tabindex="0" role="group" aria-label="Steps"><table>
    <caption>As QStash took them</caption>
    <thead><tr><th scope="col">Step</th><th scope="col">State</th><th scope="col" class="number">Tried again</th><th scope="col">Errors</th></tr></thead>
    <tbody>${steps.map(
      ({ name, state, retries, errors }) =>
        html`<tr><th scope="row">${name}</th><td>${state}</td><td class="number">${retries}</td><td>${errors.join('; ')}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
