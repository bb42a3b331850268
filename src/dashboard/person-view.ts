import { html } from 'hono/html';
import { messageOf } from '../errors/index.ts';
import { type Explanation, explainSubject, type LoopExplanation } from '../explain/index.ts';
import type { Markup, View } from './document.ts';
import type { DashboardContext } from './views.ts';
import { linkTo, timeOf } from './words.ts';

/** Somebody: what is known of them, why each loop mailed them or did not, and what may be done. */
export async function personView(subject: string, context: DashboardContext): Promise<View> {
  if (subject === '') return { title: 'People', body: search(''), current: 'People' };
  const body = html`${search(subject)}${await explained(subject, context)}${actions(subject)}`;
  return { title: subject, body, current: 'People' };
}

function search(subject: string): Markup {
  return html`<form class="filters" method="get" role="search" aria-label="People">
    <input type="hidden" name="page" value="people" />
    <label>The id of a user <input name="id" value="${subject}" required autocomplete="off" /></label>
    <button>Why did they get it, or not?</button>
  </form>`;
}

/** The database may be out of reach: then the rest of the page still serves. */
async function explained(
  subject: string,
  { deployment, operations, database, now }: DashboardContext,
): Promise<Markup> {
  try {
    const context = { deployment, state: operations.state, database: await database(), now: now() };
    return explanationOf(await explainSubject(subject, undefined, context));
  } catch (error) {
    return html`<p class="bad">It cannot be said why: ${messageOf(error)}</p>`;
  }
}

function explanationOf({
  subject,
  isUser,
  email,
  suppressed,
  isErased,
  subscription,
  loops,
}: Explanation): Markup {
  return html`<dl>
      <dt>In the users table</dt><dd>${isUser ? 'yes' : 'no'}</dd>
      <dt>Address</dt><dd>${email ?? 'none'}</dd>
      ${suppressed === undefined ? '' : html`<dt>May be mailed</dt><dd class="bad">no: ${suppressed}</dd>`}
      ${isErased ? html`<dt>Erased</dt><dd class="bad">lately; what comes about them is turned away</dd>` : ''}
      ${subscription === undefined ? '' : html`<dt>Plan</dt><dd>${subscription.plan}, ${subscription.status}</dd>`}
    </dl>
    ${loops.map(loopOf)}
    <p><a href="${linkTo('runs', { subject })}">Their runs</a></p>`;
}

function loopOf({ loop, because, story }: LoopExplanation): Markup {
  return html`<section class="card" aria-label="${loop}"><h2>${loop}</h2><p>${because}</p>
    ${story.length === 0 ? '' : html`<ol class="story">${story.map(({ at, until, text }) => html`<li>${timeOf(at)}${until === undefined ? '' : html` to ${timeOf(until)}`} ${text}</li>`)}</ol>`}
  </section>`;
}

function actions(subject: string): Markup {
  return html`<h2>Their data</h2>
    <p><a href="${linkTo('export', { id: subject })}">Everything that is kept about them</a> (JSON)</p>
    <form class="inline" method="post" action="?action=erase">
      <input type="hidden" name="id" value="${subject}" />
      <label class="check"><input type="checkbox" name="sure" value="yes" required /> Their runs end, and this cannot be undone</label>
      <button class="danger">Erase ${subject}</button>
    </form>`;
}
