import { scaleBand, scaleLinear } from 'd3-scale';
import { html } from 'hono/html';
import { formatDuration } from '../config/index.ts';
import type { LoopOutcomes, TrialOutcomes } from '../outcomes/index.ts';
import type { Markup } from './document.ts';

type Took = TrialOutcomes['took'][number];

const [WIDTH, HEIGHT] = [600, 80];

/** What it is that took so long, by the type of loop. */
const TITLES: Record<LoopOutcomes['type'], string> = {
  activation: 'Time to activation',
  freemium: 'From the limit to paying',
  retention: 'Time until they came back',
};

/** How long it took people to reach the goal, drawn, and as a table. Nothing where nobody has. */
export function histogramOf(type: LoopOutcomes['type'], took: readonly Took[]): Markup {
  const total = took.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return html``;
  const title = TITLES[type];
  const most = Math.max(...took.map(({ count }) => count));
  const x = scaleBand<number>()
    .domain(took.map(({ seconds }) => seconds))
    .range([0, WIDTH])
    .padding(0.1);
  const y = scaleLinear().domain([0, most]).range([HEIGHT, 4]);
  const bars = took.map(
    ({ seconds, count }) =>
      html`<rect class="took" x="${x(seconds) ?? 0}" y="${y(count)}" width="${x.bandwidth()}" height="${HEIGHT - y(count)}"></rect>`,
  );
  const label = `${title}: half of ${total} within ${within(medianOf(took, total))}`;
  return html`<h3>${title}</h3>
    <p>Half of the ${total} who reached the goal did within <strong>${within(medianOf(took, total))}</strong>.</p>
    <svg class="chart low" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
      ${bars}<line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"></line>
    </svg>
    <ol class="ticks" aria-hidden="true">${took.map(({ seconds }) => html`<li>${Number.isFinite(seconds) ? formatDuration(seconds) : 'later'}</li>`)}</ol>
    <details><summary>The same as a table</summary>${tableOf(title, took)}</details>`;
}

function tableOf(title: string, took: readonly Took[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table>
    <caption>${title}, since they entered the loop</caption>
    <thead><tr><th scope="col">Within</th><th scope="col" class="number">People</th></tr></thead>
    <tbody>${took.map(({ seconds, count }) => html`<tr><th scope="row">${within(seconds)}</th><td class="number">${count}</td></tr>`)}</tbody>
  </table></div>`;
}

/** The bound within which half of them are. */
function medianOf(took: readonly Took[], total: number): number {
  let sum = 0;
  const found = took.find(({ count }) => {
    sum += count;
    return sum * 2 >= total;
  });
  return found?.seconds ?? Number.POSITIVE_INFINITY;
}

const within = (seconds: number): string =>
  Number.isFinite(seconds) ? formatDuration(seconds) : 'more than 30d';
