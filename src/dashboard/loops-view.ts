import { html } from 'hono/html';
import {
  type EmailOutcomes,
  type LoopOutcomes,
  readOutcomes,
  type TrialOutcomes,
} from '../outcomes/index.ts';
import type { Plan } from '../plan/index.ts';
import { chartOf } from './chart.ts';
import { diagramOf } from './diagram.ts';
import type { Markup, View } from './document.ts';
import { histogramOf } from './histogram.ts';
import type { DashboardContext } from './views.ts';
import { linkTo, percent, points } from './words.ts';

/** What is counted of goals, beside the outcomes of runs. */
const GOAL = 'reached the goal';

/** The stages of a loop, in the order in which somebody goes through them; what else happened comes after. */
const STAGES = [
  'met',
  'timed_out',
  'sent',
  'delivered',
  'opened',
  'clicked',
  GOAL,
  'converted',
  'blocked',
  'suppressed',
  'skipped',
  'held_out',
  'failed',
];

/** Every loop: how it goes, and what came of it. */
export async function loopsView({ deployment, operations, now }: DashboardContext): Promise<View> {
  const { plans } = deployment;
  const outcomes = await readOutcomes({ plans, state: operations.state, now: now() });
  const body =
    outcomes.length === 0
      ? html`<p>No loop is deployed. Write one in <code>skene.config.ts</code> and deploy, or let <code>npx skene init</code> begin.</p>`
      : html`${outcomes.map((one) =>
          loopCard(one, {
            plans: plans.filter(({ loop }) => loop === one.loop),
            opinion: deployment.opinions?.[one.loop],
          }),
        )}`;
  return { title: 'Loops', body, current: 'Loops' };
}

function loopCard(
  outcomes: LoopOutcomes,
  { plans, opinion }: { plans: readonly Plan[]; opinion: string | undefined },
): Markup {
  const { loop, type, days, entered } = outcomes;
  return html`<section class="card" aria-label="${loop}">
    <h2>${loop} <small class="muted">${type}</small></h2>
    ${opinion === undefined ? '' : html`<p class="opinion">${opinion}</p>`}
    ${plans.map((plan) => diagramOf(plan))}
    ${entered === 0 && Object.keys(outcomes.outcomes).length === 0 ? emptyFunnel(days) : funnelOf(outcomes, plans)}
    ${chartOf(outcomes)}
    ${outcomes.trials.map((trial) => trialOf(trial, outcomes))}
    <p><a href="${linkTo('runs', { loop })}">Its runs</a></p>
  </section>`;
}

function emptyFunnel(days: number): Markup {
  return html`<p class="muted">Nothing happened in the last ${days} days. A row that the loop watches, or <code>npx skene events send</code>, starts a run.</p>`;
}

function funnelOf(
  { loop, days, entered, converted, outcomes, reasons }: LoopOutcomes,
  plans: readonly Plan[],
): Markup {
  const always = Object.fromEntries(stagesOf(plans).map((name) => [name, 0]));
  const { started: _, ...counted } = outcomes;
  const known = Object.entries({ ...always, ...counted, [GOAL]: converted });
  const rank = (name: string) => (STAGES.includes(name) ? STAGES.indexOf(name) : STAGES.length);
  const rows = known.sort(([one], [other]) => rank(one) - rank(other));
  const most = Math.max(entered, ...rows.map(([, count]) => count), 1);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Stages of ${loop}"><table>
    <caption>The last ${days} days</caption>
    <thead><tr><th scope="col">Stage</th><th scope="col" class="number">Count</th><th scope="col">Share</th></tr></thead>
    <tbody>${[['entered', entered] as const, ...rows].map(([name, count]) => stageOf(name, count, most))}</tbody>
  </table></div>
  ${Object.keys(reasons).length === 0 ? '' : reasonsOf(reasons)}`;
}

/** The stages that are shown also while nobody has reached them. */
function stagesOf(plans: readonly Plan[]): string[] {
  const steps = plans.flatMap((plan) => plan.steps);
  const types = steps.flatMap(({ action, otherwise }) => [action.type, otherwise?.type]);
  const waits = steps.some(({ condition }) => condition !== undefined && 'timeout' in condition);
  return [
    ...(waits ? ['met', 'timed_out'] : []),
    ...(types.includes('email') ? ['sent', 'opened', 'clicked', 'suppressed'] : []),
    ...(types.includes('block') ? ['blocked'] : []),
  ];
}

function stageOf(name: string, count: number, most: number): Markup {
  const label = name.replaceAll('_', ' ');
  return html`<tr><th scope="row">${label}</th><td class="number">${count}</td>
    <td><progress aria-label="${label}" value="${count}" max="${most}"></progress></td></tr>`;
}

function reasonsOf(reasons: Record<string, number>): Markup {
  const rows = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  return html`<details><summary>Why emails were not sent</summary>
    <ul>${rows.map(([reason, count]) => html`<li>${reason}: ${count}</li>`)}</ul></details>`;
}

function trialOf(
  { treated, heldOut, unmailed, uplift, emails, goal, took }: TrialOutcomes,
  { type }: LoopOutcomes,
): Markup {
  if (treated.subjects + heldOut.subjects === 0) return histogramOf(type, took);
  const within = Math.round(goal.withinSeconds / 86_400);
  return html`<h3>Goal</h3>
    <p>Reached within ${within} days by ${treated.converted} of ${treated.subjects} who were mailed${
      heldOut.subjects === 0 ? '' : `, and by ${heldOut.converted} of ${heldOut.subjects} who were held out`
    }${unmailed === 0 ? '' : `; by ${unmailed} more before any email`}.${uplift === undefined ? '' : html` Mailing adds <strong>${points(uplift.difference)} percentage points</strong> (95 % interval ${points(uplift.low)} to ${points(uplift.high)}).`}</p>
    ${histogramOf(type, took)}
    ${emails.filter(({ variants }) => variants.length > 1).map(variantsOf)}`;
}

function variantsOf({ step, variants }: EmailOutcomes): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Variants of ${step}"><table>
    <caption>Variants of ${step}</caption>
    <thead><tr><th scope="col">Variant</th><th scope="col" class="number">Sent</th><th scope="col" class="number">Reached the goal</th><th scope="col">Rate</th></tr></thead>
    <tbody>${variants.map(
      ({
        variant,
        sent,
        converted,
        rate,
        pinned,
      }) => html`<tr><th scope="row">${variant === '' ? 'the email itself' : variant}${pinned ? ' (pinned)' : ''}</th>
        <td class="number">${sent}</td><td class="number">${converted}</td>
        <td class="rate">${rate === undefined ? 'none yet' : `${percent(rate.share)} (${percent(rate.low)} to ${percent(rate.high)})`}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
