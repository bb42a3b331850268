import { html } from 'hono/html';
import type { Markup } from '../../../dashboard/index.ts';
import { RequestError } from '../../../errors/index.ts';
import type { Fault } from '../../inbox/index.ts';
import { AWAY, type Away } from '../../outages.ts';
import type { FaultAction } from '../../qstash/index.ts';
import { actionForm, selectOf, type Tool } from '../form.ts';
import type { Stage } from '../parts.ts';
import type { Scene } from '../scene.ts';

const NAME = 'fault';
const MOST = 50;

const EMAIL: Record<string, { fault: Fault; label: string }> = {
  error: { fault: { kind: 'error' }, label: 'Resend answers 500' },
  'rate-limited': {
    fault: { kind: 'rate-limited', retryAfterSeconds: 2 },
    label: 'Resend asks to wait (429)',
  },
  quota: { fault: { kind: 'quota' }, label: "Resend's daily quota is used up (429)" },
  concurrent: { fault: { kind: 'concurrent' }, label: 'Resend is at work on the same email (409)' },
  'answer-lost': { fault: { kind: 'answer-lost' }, label: 'Resend takes the email, its answer is lost' },
};

const DELIVERY: Record<FaultAction, string> = {
  fail: 'a delivery of QStash does not arrive',
  'lose-answer': 'a delivery of QStash arrives, the answer is lost',
  double: 'a delivery of QStash arrives twice',
  delay: 'a delivery of QStash arrives a second late',
  reorder: 'a delivery of QStash arrives after the next one',
};

const FUNCTION: Record<Away, string> = {
  functions: 'a function answers 500',
  redis: 'Redis is away while a function is called',
  database: 'the database is away while a function is called',
  stripe: "Stripe's API is away while a function is called",
};

/** Something that goes wrong the next time. */
export function faultTool({ query }: Scene, stage: Stage): Tool {
  const choices = [
    ...Object.entries(EMAIL).map(([kind, { label }]) => [`email ${kind}`, label] as const),
    ...Object.entries(DELIVERY).map(([action, label]) => [`delivery ${action}`, label] as const),
    ...Object.entries(FUNCTION).map(([service, label]) => [`function ${service}`, label] as const),
  ];
  const coming = comingOf(stage);
  const body = html`${actionForm(NAME, {
    query,
    label: 'Let something fail',
    body: html`<div class="fields grid"><label>The next time, ${selectOf('fault', choices, 'email error')}</label>
      <label>How often <input name="times" type="number" min="1" max="${MOST}" value="1" required /></label></div><button>Let it fail</button>`,
  })}${
    coming.length === 0
      ? ''
      : html`<p>Still to come:</p><ul>${coming.map((one) => html`<li>${one}</li>`)}</ul>${actionForm(NAME, {
          query,
          label: 'Take faults back',
          body: html`<button name="fault" value="none">Take them back</button>`,
        })}`
  }`;
  return { name: NAME, title: 'Let something fail', body };
}

function comingOf({ inbox, outages, qstash }: Stage): string[] {
  const deliveries = qstash()
    .faults.list()
    .map(({ action, times = Number.POSITIVE_INFINITY, hits }) => [DELIVERY[action], times - hits] as const);
  const functions = AWAY.map((service) => [FUNCTION[service], outages.left(service)] as const);
  return [['Resend fails', inbox.failing] as const, ...deliveries, ...functions]
    .filter(([, left]) => left > 0)
    .map(([label, left]) => `${label}${left === 1 ? '' : `, ${left} times`}`);
}

/** Lets fail what a form says, or takes back what has not happened yet. */
export async function setFault(form: URLSearchParams, { inbox, outages, qstash }: Stage): Promise<Markup> {
  const [about = '', what = ''] = (form.get('fault') ?? '').split(' ');
  const times = Number(form.get('times') ?? 1);
  if (!Number.isInteger(times) || times < 1 || times > MOST)
    throw new RequestError('REQUEST_INVALID', `Something fails 1 to ${MOST} times.`);
  if (about === 'none') {
    inbox.recover();
    outages.clear();
    qstash().faults.clear();
    return html`<p class="good">Nothing fails any more.</p>`;
  }
  const email = about === 'email' && Object.hasOwn(EMAIL, what) ? EMAIL[what] : undefined;
  const service = AWAY.find((one) => about === 'function' && one === what);
  if (email !== undefined) inbox.fail(email.fault, times);
  else if (service !== undefined) outages.add(service, times);
  else if (about === 'delivery' && Object.hasOwn(DELIVERY, what))
    qstash().faults.add({ action: what as FaultAction, times });
  else throw new RequestError('REQUEST_INVALID', 'Nothing is known that fails like this.');
  return html`<p class="good">It is going to fail. What is tried again is tried after a while: skip to the next wake-up.</p>`;
}
