import { html, raw } from 'hono/html';
import { diagramOf, factOf, type Markup, progressOf, timeOf } from '../../dashboard/index.ts';
import { stateOf } from '../../operations/index.ts';
import type { RunRecord } from '../../state/index.ts';
import { actionForm } from './form.ts';
import type { Stage } from './parts.ts';
import type { Scene, WatchedRun } from './scene.ts';
import { inWords } from './tools/clock.ts';

/** The run that is watched, in its diagram, and the runs that could be. */
export function runPanel(scene: Scene, stage: Stage): Markup {
  const { watched, runs } = scene;
  if (watched === undefined) return nothingYet(scene, stage);
  return html`${runs.length > 1 ? chooser(scene, watched) : ''}${watchedRun(watched, scene, stage)}`;
}

function nothingYet({ query }: Scene, stage: Stage): Markup {
  const { plans } = stage.project().deployment;
  const lead = query.has('run') ? 'That run is not known here.' : 'No run has started yet.';
  return html`<p>${lead} Insert a row that a loop watches, or send an event: the run appears here and moves through its diagram.</p>
    ${plans.map((plan) => html`<h3>${plan.loop}</h3>${diagramOf(plan)}`)}`;
}

function chooser({ runs, query }: Scene, { run: { runId } }: WatchedRun): Markup {
  const addressOf = (id: string) =>
    `?${new URLSearchParams([...[...query].filter(([name]) => name !== 'run' && name !== 'do'), ['run', id]])}`;
  const item = (run: RunRecord) =>
    html`<li data-key="choose-${run.runId}"><a href="${addressOf(run.runId)}" ${run.runId === runId ? raw('aria-current="true"') : ''}>${run.loop} for ${run.subject || 'an audience'}</a></li>`;
  return html`<nav class="runs" aria-label="Runs"><ul>${runs.map(item)}</ul></nav>`;
}

function watchedRun(watched: WatchedRun, scene: Scene, stage: Stage): Markup {
  const { run, steps, plan, deadLetter } = watched;
  const state = stateOf(run);
  const billed = stage.qstash().stats.billedByRun.get(run.runId) ?? 0;
  const emails = stage.inbox.emails().filter(({ tags }) => tags.run === run.runId);
  const tried = steps.filter(({ errors }) => errors.length > 0);
  return html`<div data-key="run-${run.runId}">
    <h3>${run.loop} for ${run.subject || 'an audience'}</h3>
    <p><strong class="${state === 'failed' ? 'bad' : ''}">${state}</strong>, ${billed} billed ${billed === 1 ? 'message' : 'messages'}${dueOf(run, scene, stage)}</p>
    ${plan === undefined ? html`<p class="muted">Its loop is not served any more.</p>` : diagramOf(plan, progressOf(plan, { run, steps }))}
    ${emails.length === 0 ? '' : html`<ul class="plain">${emails.map(({ id, subject, to }) => html`<li><a href="${stage.urls.inbox}/${id}">${subject}</a> to ${to.join(', ')}</li>`)}</ul>`}
    ${tried.length === 0 ? '' : html`<p>Went wrong:</p><ul>${tried.map(({ name, errors }) => html`<li>${name}: ${errors.join('; ')}</li>`)}</ul>`}
    ${deadLetter === undefined ? '' : html`<p class="bad">Given up: ${deadLetter.reason}</p>`}
    <h3>What became of it</h3><ol class="story">${run.facts.map((fact) => html`<li>${timeOf(fact.at)} ${factOf(fact)}</li>`)}</ol>
    <p><a href="/api/dashboard?page=run&amp;id=${encodeURIComponent(run.runId)}">The same in the dashboard</a></p>
  </div>`;
}

const DUE = {
  wait: 'its time is up',
  sleep: 'it goes on',
  retry: 'it is tried again',
  message: 'it goes on',
  tick: 'it is time',
};

/** When something is due for a run, and a button that goes there. */
function dueOf({ runId, resumedAs }: RunRecord, { query }: Scene, { clock, qstash }: Stage): Markup | string {
  const next = qstash()
    .upcoming()
    .find((one) => one.runId === runId || (resumedAs !== undefined && one.runId === resumedAs));
  if (next === undefined) return '';
  return html`; ${DUE[next.kind]} in <strong>${inWords(next.at - clock.now())}</strong> ${actionForm(
    'clock',
    {
      query,
      label: 'Skip to when the run goes on',
      body: html`<button name="at" value="${next.at}">Skip to it</button>`,
    },
  )}`;
}

const SHOWN = 60;

/** What has happened in the whole stack, the latest first. */
export function storyPanel({ watched }: Scene, { happenings }: Stage): Markup {
  const list = happenings.list().slice(0, SHOWN);
  if (list.length === 0) return html`<p class="muted">Nothing has happened yet.</p>`;
  const ids = watched === undefined ? [] : [watched.run.runId, watched.run.resumedAs];
  return html`<div class="scroll tall" tabindex="0" role="log" aria-live="off" aria-label="What happens"><ol class="story">${list.map(
    ({ order, at, kind, text, runId, url }) =>
      html`<li data-key="h${order}" class="${runId !== undefined && ids.includes(runId) ? 'own' : ''}">${timeOf(at)} <span class="kind ${kind === 'problem' ? 'bad' : ''}">${kind}</span> ${url === undefined ? text : html`<a href="${url}">${text}</a>`}</li>`,
  )}</ol></div>`;
}
