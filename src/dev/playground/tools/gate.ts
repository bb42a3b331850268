import { html } from 'hono/html';
import * as z from 'zod';
import type { Markup } from '../../../dashboard/index.ts';
import { ProviderError, RequestError } from '../../../errors/index.ts';
import type { Plan } from '../../../plan/index.ts';
import { actionForm, type Tool } from '../form.ts';
import type { Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';

const NAME = 'gate';
const MOST_CALLS = 200;

/** A route that a gate stands before. */
export function gateTool({ query, watched }: Scene, stage: Stage): Tool {
  const limited = stage.project().deployment.plans.flatMap(limitedRoute);
  const [first] = limited;
  const subject = watched?.run.subject || 'user_1';
  const body =
    first === undefined
      ? html`<p>No loop limits a route. One with <code>trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' }</code> and a condition of type <code>usage</code> does: <code>npx skene init --type freemium</code>.</p>`
      : actionForm(NAME, {
          query,
          label: 'Call a gated route',
          body: html`<div class="fields grid"><label>Method <input name="method" value="${first.method === '*' ? 'GET' : first.method}" required autocomplete="off" /></label>
            <label>Path <input name="path" value="${first.endpoint.replaceAll(/\*+/g, 'export')}" required autocomplete="off" /></label>
            <label>User <input name="subject" value="${subject}" required autocomplete="off" /></label>
            <label>How often <input name="times" type="number" min="1" max="${MOST_CALLS}" value="1" required /></label></div>
            <button>Call it</button>`,
        });
  return { name: NAME, title: 'Call a gated route', body };
}

function limitedRoute({ trigger, steps }: Plan): Array<{ endpoint: string; method: string }> {
  const limits = steps.some(({ condition }) => condition?.type === 'usage');
  return trigger.type === 'api' && limits ? [trigger] : [];
}

const AnswerSchema = z.object({
  allowed: z.boolean(),
  plan: z.string(),
  headers: z.record(z.string(), z.string()),
  refusal: z.looseObject({ status: z.number(), title: z.string() }).optional(),
});
type Answer = z.output<typeof AnswerSchema>;

/** Calls the route of a form, and shows what whoever is behind the gate would answer. */
export async function callRoute(form: URLSearchParams, { env }: Stage): Promise<Markup> {
  const times = Number(form.get('times') ?? 1);
  if (!Number.isInteger(times) || times < 1 || times > MOST_CALLS)
    throw new RequestError('REQUEST_INVALID', `A route is called 1 to ${MOST_CALLS} times at once.`);
  const question = {
    action: 'take',
    subject: form.get('subject') ?? '',
    method: (form.get('method') ?? '').toUpperCase(),
    path: form.get('path') ?? '',
  };
  const statuses = new Map<number, number>();
  let last: Answer | undefined;
  for (let call = 0; call < times; call++) {
    last = await ask(question, env);
    const status = last.refusal?.status ?? 200;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  const counts = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
  return html`${times > 1 ? html`<p>${counts}. The last:</p>` : ''}${last === undefined ? '' : answerOf(last)}`;
}

async function ask(question: object, env: Stage['env']): Promise<Answer> {
  const answer = await fetch(`${env.functionsUrl}/gate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  const text = await answer.text();
  if (!answer.ok) throw new ProviderError('PROVIDER_REJECTED', `The gate answered ${answer.status}: ${text}`);
  return AnswerSchema.parse(JSON.parse(text));
}

function answerOf({ plan, headers, refusal }: Answer): Markup {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const shown = [
    refusal === undefined ? 'HTTP 200' : `HTTP ${refusal.status}`,
    ...lines,
    '',
    refusal === undefined ? 'your route answers' : JSON.stringify(refusal, undefined, 2),
  ];
  return html`<p class="${refusal === undefined ? 'good' : 'bad'}">${refusal === undefined ? 'Admitted' : `Refused with ${refusal.status}: ${refusal.title}`}, on the plan ${plan}.</p>
    <pre>${shown.join('\n')}</pre>`;
}
