import { html } from 'hono/html';
import { addressKey } from '../email/address.ts';
import { messageOf } from '../errors/index.ts';
import { type Explanation, explainSubject, type LoopExplanation } from '../explain/index.ts';
import { findRuns } from '../operations/index.ts';
import { RELEASABLE } from './act.ts';
import type { Markup, View } from './document.ts';
import type { DashboardContext } from './views.ts';
import { linkTo, timeOf } from './words.ts';

/** Somebody: what is known of them, why each loop mailed them or did not, and what may be done. */
export async function personView(subject: string, context: DashboardContext): Promise<View> {
  if (subject === '')
    return { title: 'People', body: html`${search('')}${await latest(context)}`, current: 'People' };
  const id = subject.includes('@') ? ((await subjectOf(subject, context)) ?? subject) : subject;
  const [story, usage] = await Promise.all([explained(id, context), usageOf(id, context)]);
  const body = html`${search(subject)}${story}${usage}${actions(id)}`;
  return { title: id, body, current: 'People' };
}

function search(subject: string): Markup {
  return html`<form class="filters" method="get" role="search" aria-label="People">
    <input type="hidden" name="page" value="people" />
    <label>The id of a user, or their address <input name="id" value="${subject}" required autocomplete="off" /></label>
    <button>Why did they get it, or not?</button>
  </form>`;
}

/** Whose address it is, by what identity providers told, or else the users table. */
async function subjectOf(
  address: string,
  { deployment, operations, database }: DashboardContext,
): Promise<string | undefined> {
  const known = await operations.state.contacts.subjectOf(addressKey(address));
  if (known !== undefined) return known;
  const { table, email, id } = deployment.users;
  try {
    const row = await (await database()).find(table, email, address);
    return row === undefined ? undefined : String(row[id]);
  } catch {
    // A database that is out of reach is told of below.
    return undefined;
  }
}

const MOST_LATEST = 50;

/** Whom the latest runs were about. */
async function latest({ operations }: DashboardContext): Promise<Markup> {
  const runs = await findRuns({ limit: MOST_LATEST }, operations);
  const subjects = [...new Set(runs.map(({ subject }) => subject).filter((subject) => subject !== ''))];
  if (subjects.length === 0)
    return html`<p>Nobody has been in a loop yet. Whoever a run is about is listed here; anybody else can be asked about by their id.</p>`;
  return html`<h2>Lately in a loop</h2><ul class="people">${subjects.map(
    (subject) => html`<li><a href="${linkTo('people', { id: subject })}">${subject}</a></li>`,
  )}</ul>`;
}

/** What somebody has used of what is limited; nothing where no loop limits anything. */
async function usageOf(subject: string, { deployment, env, now }: DashboardContext): Promise<Markup> {
  const { plans } = deployment;
  if (!plans.some(({ steps }) => steps.some(({ condition }) => condition?.type === 'usage'))) return html``;
  const { createGate } = await import('../gate/index.ts');
  const gate = createGate({ plans, redis: env.redis, namespace: env.namespace, now });
  const { plan, standings, degraded } = await gate.peek({ subject });
  if (degraded) return html`<p class="bad">It cannot be said what they have used: Redis did not answer.</p>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Usage"><table>
    <caption>What they have used, on the plan ${plan}</caption>
    <thead><tr><th scope="col">Of</th><th scope="col" class="number">Used</th><th scope="col" class="number">Limit</th><th scope="col">Starts over</th></tr></thead>
    <tbody>${standings.map(
      ({ rule, used, limit, resetAt }) =>
        html`<tr><th scope="row">${rule.name}</th><td class="number">${used}</td><td class="number">${limit}</td><td>${Number.isFinite(resetAt) && resetAt > 0 ? timeOf(resetAt) : ''}</td></tr>`,
    )}</tbody>
  </table></div>`;
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
    ${email === undefined ? '' : mailing(subject, email, suppressed)}
    ${loops.map(loopOf)}
    <p><a href="${linkTo('runs', { subject })}">Their runs</a></p>`;
}

/** Who was suppressed by hand or by a bounce may be mailed again; whoever said themselves that they want nothing, not. */
function mailing(subject: string, address: string, suppressed: string | undefined): Markup {
  if (suppressed !== undefined && !RELEASABLE.includes(suppressed)) return html``;
  const [action, label] =
    suppressed === undefined ? ['suppress', 'Mail them no more'] : ['release', 'Mail them again'];
  return html`<form class="inline" method="post" action="?action=${action}">
    <input type="hidden" name="id" value="${subject}" /><input type="hidden" name="address" value="${address}" /><button>${label}</button>
  </form>`;
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
