import { scaleBand, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { html } from 'hono/html';
import type { LoopOutcomes } from '../outcomes/index.ts';
import type { Markup } from './document.ts';

type Day = LoopOutcomes['daily'][number];

const [WIDTH, HEIGHT] = [600, 120];

/** Emails, goals and refusals by day, drawn, and as a table for who does not see the drawing. Nothing where there were none. */
export function chartOf({ loop, daily }: LoopOutcomes): Markup {
  const most = Math.max(
    ...daily.map(({ sent, converted, blocked }) => Math.max(sent, converted, blocked)),
    0,
  );
  if (most === 0) return html``;
  const x = scaleBand<string>()
    .domain(daily.map(({ day }) => day))
    .range([0, WIDTH])
    .padding(0.25);
  const y = scaleLinear().domain([0, most]).range([HEIGHT, 4]);
  const middleOf = ({ day }: Day) => (x(day) ?? 0) + x.bandwidth() / 2;
  const goals = line<Day>(middleOf, ({ converted }) => y(converted))(daily) ?? '';
  const hasBlocked = daily.some(({ blocked }) => blocked > 0);
  const refusals = hasBlocked ? (line<Day>(middleOf, ({ blocked }) => y(blocked))(daily) ?? '') : '';
  const bars = daily.map(
    ({ day, sent }) =>
      html`<rect class="sent" x="${x(day) ?? 0}" y="${y(sent)}" width="${x.bandwidth()}" height="${HEIGHT - y(sent)}"></rect>`,
  );
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${hasBlocked ? 'Emails, goals and refusals' : 'Emails and goals'} of ${loop} by day, at most ${most} a day">
      ${bars}<path class="converted" d="${goals}"></path>${hasBlocked ? html`<path class="blocked" d="${refusals}"></path>` : ''}<line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"></line>
    </svg>
    <p class="muted"><span class="key">emails</span> &nbsp; <span class="key goal">goals reached</span> ${hasBlocked ? html`&nbsp; <span class="key refused">blocked</span>` : ''} &nbsp; ${daily[0]?.day} to ${daily.at(-1)?.day}, at most ${most} a day</p>
    <details><summary>The same as a table</summary>${tableOf(daily)}</details>`;
}

function tableOf(daily: readonly Day[]): Markup {
  const days = daily.filter(({ sent, converted, blocked }) => sent + converted + blocked > 0);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="By day"><table>
    <caption>Days on which something happened</caption>
    <thead><tr><th scope="col">Day</th><th scope="col" class="number">Emails</th><th scope="col" class="number">Goals reached</th><th scope="col" class="number">Blocked</th></tr></thead>
    <tbody>${days.map(
      ({ day, sent, converted, blocked }) =>
        html`<tr><th scope="row">${day}</th><td class="number">${sent}</td><td class="number">${converted}</td><td class="number">${blocked}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
