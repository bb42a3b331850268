import { html } from 'hono/html';
import { formatDuration, parseDuration } from '../../../config/index.ts';
import { type Markup, timeOf } from '../../../dashboard/index.ts';
import { RequestError } from '../../../errors/index.ts';
import { stateOf } from '../../../operations/index.ts';
import { actionForm, selectOf, type Tool } from '../form.ts';
import type { Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';

const NAME = 'clock';
const STEPS = ['5m', '1h', '1d', '7d'];
const DAY_MS = 86_400_000;
/** The longest jump: what is further away is a slip of the pen. */
const MOST_SECONDS = 400 * 86_400;

/** The clock, and the ways to move it: forward only, as time goes. */
export function clockTool({ query, watched }: Scene, { clock, qstash }: Stage): Tool {
  const form = (body: Markup, label: string) => actionForm(NAME, { query, body, label });
  const [next] = qstash().upcoming();
  const body = html`<p class="clock">It is <strong>${timeOf(clock.now())}</strong> UTC. ${
    next === undefined
      ? 'Nothing is due.'
      : html`The next thing is due in <strong>${inWords(next.at - clock.now())}</strong>.`
  }${watched === undefined ? '' : html` <a href="#title-run">${watched.run.loop} for ${watched.run.subject || 'an audience'}</a> is ${stateOf(watched.run)}.`}</p>
    <div class="row">${form(html`<button name="to" value="next" class="main">Skip to the next wake-up</button>${STEPS.map((step) => html`<button name="by" value="${step}">+${step}</button>`)}`, 'Move the clock')}
    ${form(html`<label>By <input name="by" placeholder="36h" required size="5" autocomplete="off" /></label><button>Move</button>`, 'Move the clock by')}
    ${form(
      html`<label>To <input name="time" type="time" value="08:59" required /></label><label>UTC ${selectOf(
        'day',
        [
          ['1', 'tomorrow'],
          ['0', 'today'],
        ],
        '1',
      )}</label><button>Go there</button>`,
      'Move the clock to a time',
    )}</div>`;
  return { name: NAME, title: 'The clock', body };
}

/** How long, to the second. */
export function inWords(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms / 1000)));
}

/** Moves the clock as a form says, and waits until what was due has been done. */
export async function moveClock(
  form: URLSearchParams,
  { clock, qstash, happenings }: Stage,
): Promise<Markup> {
  const from = clock.now();
  if (form.get('to') === 'next') {
    const [next] = qstash().upcoming();
    if (next === undefined) return html`<p>Nothing is due: no run waits, sleeps or is tried again.</p>`;
    await clock.advance(Math.max(0, next.at - from));
  } else {
    await clock.advance(targetOf(form, from) - from);
  }
  const moved = inWords(clock.now() - from);
  happenings.add({ kind: 'clock', text: `moved by ${moved}` });
  return html`<p class="good">${moved} later.</p>`;
}

function targetOf(form: URLSearchParams, now: number): number {
  const at = form.get('at');
  const target = at === null ? (timeOfDay(form, now) ?? now + durationOf(form.get('by') ?? '')) : Number(at);
  if (!Number.isFinite(target) || target > now + MOST_SECONDS * 1000)
    throw new RequestError('REQUEST_INVALID', `The clock moves by ${MOST_SECONDS / 86_400} days at most.`);
  if (target >= now) return target;
  throw new RequestError('REQUEST_INVALID', 'That is over: the clock moves forward only.', {
    hint: 'Choose tomorrow, or a later time.',
  });
}

function timeOfDay(form: URLSearchParams, now: number): number | undefined {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(form.get('time') ?? '') ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  return midnight + (form.get('day') === '0' ? 0 : DAY_MS) + (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function durationOf(text: string): number {
  const seconds = parseDuration(text.replace(/^\+/, ''));
  if (seconds !== undefined) return seconds * 1000;
  throw new RequestError('REQUEST_INVALID', `"${text}" is not a duration.`, {
    hint: 'Write one such as 90s, 5m, 36h or 7d.',
  });
}
