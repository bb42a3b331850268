import { html, raw } from 'hono/html';
import { describeAction, describeCondition, describeTrigger } from '../compile/describe.ts';
import { formatDuration } from '../config/index.ts';
import type { Plan, PlanAction, PlanCondition, PlanStep } from '../plan/index.ts';
import type { Markup } from './document.ts';
import type { Progress, Station } from './progress.ts';

/**
 * A loop as stations one below the other, drawn from the plan that runs carry.
 * @param progress how far a run has come, where it is about one.
 */
export function diagramOf(plan: Plan, progress?: Progress): Markup {
  const isAudience = plan.trigger.type === 'schedule';
  return html`<ol class="flow" aria-label="${plan.loop}">
    ${stationOf('trigger', html`when ${describeTrigger(plan.trigger)}`, progress)}
    ${plan.steps.map((step) => stepOf(step, { isAudience, progress }))}
  </ol>`;
}

function stepOf(
  { id, delay, condition, action, otherwise }: PlanStep,
  { isAudience, progress }: { isAudience: boolean; progress: Progress | undefined },
): Markup {
  const then = (label: string, what: Markup | string, branch: 'then' | 'else') =>
    html`<li ${marksOf(`${id}/${branch}`, progress)}><span class="label">${label}</span> ${what}${hereOf(`${id}/${branch}`, progress)}</li>`;
  const waits = condition !== undefined && 'timeout' in condition && !isAudience;
  return html`${delay > 0 ? stationOf(`${id}/delay`, html`sleep ${formatDuration(delay)}`, progress) : ''}${
    condition === undefined
      ? stationOf(`${id}/then`, html`then ${describeAction(action)}`, progress)
      : html`<li ${marksOf(`${id}/wait`, progress)}>${conditionOf(condition, waits, hereOf(`${id}/wait`, progress))}
          <ul class="branches">${then(waits ? 'true' : 'then', describeAction(action), 'then')}${
            waits ? then('time is up', otherwiseOf(otherwise), 'else') : ''
          }</ul></li>`
  }`;
}

const otherwiseOf = (action: PlanAction | undefined) =>
  action === undefined ? 'end as timed out' : describeAction(action);

function conditionOf(condition: PlanCondition, waits: boolean, here: Markup | string): Markup {
  const limit = waits && 'timeout' in condition ? html`, for up to ${formatDuration(condition.timeout)}` : '';
  const lead = condition.type === 'usage' ? 'once in a period in which' : waits ? 'wait until' : 'for';
  if (condition.type !== 'query') return html`${lead} ${describeCondition(condition)}${limit}${here}`;
  return html`${waits ? 'wait until this finds a row' : 'for each row of this'}${limit}${here}<code class="sql">${condition.sql.replace(/\s+/g, ' ').trim()}</code>`;
}

function stationOf(station: Station, text: Markup, progress: Progress | undefined): Markup {
  return html`<li ${marksOf(station, progress)}>${text}${hereOf(station, progress)}</li>`;
}

function marksOf(station: Station, progress: Progress | undefined) {
  if (progress === undefined) return raw('');
  if (progress.at === station)
    return raw(`class="here${progress.state === 'failed' ? ' failed' : ''}" aria-current="step"`);
  return raw(`class="${progress.passed.has(station) ? 'passed' : 'ahead'}"`);
}

const WORDS = {
  'under way': 'the run is here',
  failed: 'given up here',
  cancelled: 'ended here',
  ended: '',
};

function hereOf(station: Station, progress: Progress | undefined): Markup | string {
  if (progress === undefined) return '';
  if (progress.at === station) return html` <strong class="badge">${WORDS[progress.state]}</strong>`;
  return progress.passed.has(station) ? html` <span class="done" role="img" aria-label="done">✓</span>` : '';
}
