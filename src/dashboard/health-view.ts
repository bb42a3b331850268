import { html } from 'hono/html';
import { findRuns } from '../operations/index.ts';
import type { Finding } from '../sync/health.ts';
import type { Markup, View } from './document.ts';
import type { DashboardContext } from './views.ts';
import { linkTo, timeOf } from './words.ts';

/** The most runs that were given up to count. */
const MOST_FAILED = 100;

/** Whether the deployment can carry its loops: each connection, keys, schedules, how far behind the watchers are, and what was given up. */
export async function healthView({
  env,
  deployment,
  database,
  operations,
  now,
}: DashboardContext): Promise<View> {
  const { gatherHealth } = await import('../sync/health.ts');
  const [findings, failed] = await Promise.all([
    gatherHealth({ env, deployment, database, now }),
    findRuns({ state: 'failed', limit: MOST_FAILED }, operations),
  ]);
  const problems = findings.filter(({ state }) => state !== 'ok');
  const body = html`<p class="${problems.length === 0 ? 'good' : 'bad'}">${
    problems.length === 0 ? 'All is well.' : `${problems.length} of ${findings.length} need to be looked at.`
  }</p>
    ${failed.length === 0 ? html`<p>No run was given up.</p>` : html`<p class="bad"><a href="${linkTo('runs', { state: 'failed' })}">${countOf(failed.length)} given up</a>: each says why, and can go on.</p>`}
    ${tableOf([...problems, ...findings.filter(({ state }) => state === 'ok')])}
    <p><a href="${linkTo('health')}">Look again</a> <span class="muted">Looked at ${timeOf(now())} UTC; the providers are asked each time.</span></p>`;
  return { title: 'Health', body, current: 'Health', isStill: true };
}

function countOf(failed: number): string {
  if (failed === 1) return '1 run was';
  return `${failed === MOST_FAILED ? `${MOST_FAILED} or more` : failed} runs were`;
}

const WORDS: Record<Finding['state'], { word: string; style: string }> = {
  ok: { word: 'well', style: 'good' },
  warning: { word: 'warning', style: '' },
  problem: { word: 'problem', style: 'bad' },
};

function tableOf(findings: readonly Finding[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Health"><table>
    <caption>What was looked at, what is not well first</caption>
    <thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col">What was found</th></tr></thead>
    <tbody>${findings.map(
      ({ name, state, detail, hint }) =>
        html`<tr><th scope="row">${name}</th><td><span class="${WORDS[state].style}">${WORDS[state].word}</span></td><td class="wide">${detail}${hint === undefined ? '' : html`<br /><strong>${hint}</strong>`}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
