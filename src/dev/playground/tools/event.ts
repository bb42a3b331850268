import { html } from 'hono/html';
import type { Markup } from '../../../dashboard/index.ts';
import { RequestError } from '../../../errors/index.ts';
import { sendTestPayload, type TestProvider, testPayload, USUAL_EVENTS } from '../../../operations/index.ts';
import { namesOf, type Plan } from '../../../plan/index.ts';
import { actionForm, choiceForm, optionOf, type Tool } from '../form.ts';
import type { Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';

const NAME = 'event';
const CHOSEN = ['event', 'subject', 'email'] as const;
const LABELS: Record<TestProvider, string> = {
  app: 'your app',
  clerk: 'Clerk',
  stripe: 'Stripe',
  resend: 'Resend',
  nextauth: 'NextAuth',
};

/** An event of any provider, with a payload to be edited. */
export function eventTool(scene: Scene, stage: Stage): Tool {
  const { query, watched } = scene;
  const types = eventsOf(stage.project().deployment.plans);
  const subject = query.get('subject') ?? (watched?.run.subject || 'user_1');
  const email = query.get('email') ?? 'ada@example.com';
  const chosen = readEvent(query.get('event')) ?? { provider: 'app', type: types.app?.[0] ?? '' };
  const groups = (Object.keys(LABELS) as TestProvider[]).map(
    (provider) =>
      html`<optgroup label="${LABELS[provider]}">${(types[provider] ?? []).map((type) =>
        optionOf(`${provider} ${type}`, type, `${chosen.provider} ${chosen.type}`),
      )}</optgroup>`,
  );
  const choice = html`<label>Event <select name="event">${groups}</select></label>
    <label>User <input name="subject" value="${subject}" required autocomplete="off" /></label>
    <label>Address <input name="email" value="${email}" required autocomplete="off" /></label>
    <button>Write a sample</button>`;
  return {
    name: NAME,
    title: 'Send an event',
    body: html`${choiceForm(CHOSEN, { query, label: 'Choose an event', body: html`<div class="fields grid">${choice}</div>` })}
      ${payloadForm(query, { ...chosen, subject, email })}`,
  };
}

function payloadForm(
  query: URLSearchParams,
  chosen: { provider: TestProvider; type: string; subject: string; email: string },
): Markup {
  const { provider, type, subject } = chosen;
  const payload = testPayload({ ...chosen, name: 'Ada Lovelace', customer: `cus_${subject}`, data: {} });
  const plan =
    provider === 'stripe'
      ? html`<label>Subscribes to <input name="plan" value="pro" autocomplete="off" /></label>
        <label>Which is <select name="status">${['active', 'trialing', 'past_due', 'canceled'].map((status) => optionOf(status, status, 'active'))}</select></label>
        <input type="hidden" name="customer" value="cus_${subject}" />`
      : '';
  // The key follows what was chosen: another choice is another payload, in place of what was edited.
  return actionForm(NAME, {
    query,
    label: `Send ${type}`,
    body: html`<div class="fields" data-key="payload ${provider} ${type} ${subject} ${chosen.email}">
      <label>What ${LABELS[provider]} sends, signed when it goes out <textarea name="payload" rows="8" required spellcheck="false">${stable(payload)}</textarea></label>${plan}</div>
      <input type="hidden" name="provider" value="${provider}" /><button>Send ${type}</button>`,
  });
}

/** Ids are made up when it is sent: a page that brings itself up to date must not change what is being looked at. */
function stable({ id, ...payload }: Record<string, unknown>): string {
  return JSON.stringify(
    payload,
    (name, value: unknown) => (TIMES.has(name) || name === 'email_id' ? undefined : value),
    2,
  );
}

const TIMES = new Set(['timestamp', 'created', 'created_at', 'updated_at']);

/** The events that can be chosen: those that loops speak of, and the usual ones. */
function eventsOf(plans: readonly Plan[]): Partial<Record<TestProvider, string[]>> {
  const found = Object.entries(USUAL_EVENTS).map(([provider, usual]) => {
    const named = plans.flatMap((plan) => namedIn(plan, provider));
    return [provider, [...new Set([...named, ...usual])]];
  });
  return Object.fromEntries(found) as Partial<Record<TestProvider, string[]>>;
}

function namedIn({ trigger, steps, goal }: Plan, provider: string): string[] {
  if (provider !== 'app')
    return trigger.type === 'webhook' && trigger.provider === provider ? [trigger.event] : [];
  const conditions = steps.flatMap(({ condition }) =>
    condition?.type === 'event' ? namesOf(condition) : [],
  );
  const goals = goal?.sign.type === 'event' ? namesOf(goal.sign) : [];
  const names = [...(trigger.type === 'event' ? [trigger.name] : []), ...conditions, ...goals];
  return names.filter((name) => !/^(?:subscription|usage|clerk|stripe|nextauth|db)\./.test(name));
}

function readEvent(text: string | null): { provider: TestProvider; type: string } | undefined {
  const [provider = '', ...type] = (text ?? '').split(' ');
  return Object.hasOwn(USUAL_EVENTS, provider) && type.length > 0
    ? { provider: provider as TestProvider, type: type.join(' ') }
    : undefined;
}

/** Sends the payload of a form as its provider would. */
export async function sendEvent(form: URLSearchParams, { env, stripe }: Stage): Promise<Markup> {
  const provider = form.get('provider') ?? '';
  if (!Object.hasOwn(USUAL_EVENTS, provider))
    throw new RequestError('REQUEST_INVALID', `"${provider}" sends nothing that is known here.`);
  const payload = completed(provider as TestProvider, readPayload(form.get('payload') ?? ''));
  const [customer, plan] = [form.get('customer'), form.get('plan')];
  if (provider === 'stripe' && customer && plan)
    stripe.subscribe({ customer, plan, status: (form.get('status') ?? 'active') as 'active' });
  const answer = await sendTestPayload(provider as TestProvider, payload, env);
  return html`<p class="good">Taken: ${answer === undefined ? 'by the handler of an app' : `${answer.started} runs started, ${answer.known} known before`}.</p>`;
}

/** What was left out of the sample, unless somebody wrote it. */
function completed(provider: TestProvider, payload: Record<string, unknown>): Record<string, unknown> {
  const made = testPayload({ provider, type: '', subject: '', email: '', name: '', customer: '', data: {} });
  const own = Object.fromEntries(Object.entries(made).filter(([name]) => name === 'id' || TIMES.has(name)));
  const data = payload.data;
  if (provider !== 'resend' || typeof data !== 'object' || data === null) return { ...own, ...payload };
  return { ...own, ...payload, data: { email_id: crypto.randomUUID(), ...data } };
}

function readPayload(text: string): Record<string, unknown> {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    payload = undefined;
  }
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload))
    return payload as Record<string, unknown>;
  throw new RequestError('REQUEST_INVALID', 'The payload is not a JSON object.', {
    hint: 'Write it as the provider sends it, or choose the event again for a sample.',
  });
}
