import type { Deployment, Plan } from '../../plan/index.ts';

/** The events that each provider has to tell of, for the loops to work; a provider that no loop needs is not there. */
export interface ProvidersUsed {
  clerk?: string[];
  stripe?: string[];
  resend?: string[];
}

/** Users appear and change, and who is deleted is erased. */
const CLERK = ['user.created', 'user.updated', 'user.deleted'];

/** After these a subscription may be another, or it may be known whose a customer is. */
const STRIPE = [
  'checkout.session.async_payment_succeeded',
  'checkout.session.completed',
  'customer.created',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.updated',
  'customer.updated',
  'invoice.paid',
  'invoice.payment_failed',
];

/** What becomes of an email: who must not be mailed again, and what the dashboard counts. */
const RESEND = [
  'email.bounced',
  'email.clicked',
  'email.complained',
  'email.delivered',
  'email.delivery_delayed',
  'email.failed',
  'email.opened',
];

/** What the loops of a deployment have to be told by Clerk, Stripe and Resend, each list sorted. */
export function providersUsed({ plans, kept }: Deployment): ProvidersUsed {
  const names = plans.flatMap(eventsOf);
  const from = (provider: string): string[] =>
    names.filter((name) => name.startsWith(`${provider}.`)).map((name) => name.slice(provider.length + 1));
  const [clerk, stripe] = [from('clerk'), from('stripe')];
  const knowsPlans =
    kept?.subscriptions !== undefined ||
    names.some((name) => name.startsWith('subscription.')) ||
    plans.some(({ steps }) => steps.some(({ condition }) => condition?.type === 'usage'));
  return {
    ...(clerk.length > 0 ? { clerk: sorted([...CLERK, ...clerk]) } : {}),
    ...(stripe.length > 0 || knowsPlans ? { stripe: sorted([...STRIPE, ...stripe]) } : {}),
    ...(plans.some(isMailing) ? { resend: RESEND } : {}),
  };
}

/** Every event that starts a loop, that it waits for, or that is its goal. */
function eventsOf({ trigger, steps, goal }: Plan): string[] {
  const started =
    trigger.type === 'webhook'
      ? [`${trigger.provider}.${trigger.event}`]
      : trigger.type === 'event'
        ? [trigger.name]
        : [];
  const awaited = steps.flatMap(({ condition }) =>
    condition?.type === 'event' ? [condition.name, ...(condition.or ?? [])] : [],
  );
  const reached = goal?.sign.type === 'event' ? [goal.sign.name, ...(goal.sign.or ?? [])] : [];
  return [...started, ...awaited, ...reached];
}

function isMailing({ steps }: Plan): boolean {
  return steps.some(({ action, otherwise }) => action.type === 'email' || otherwise?.type === 'email');
}

const sorted = (types: readonly string[]): string[] => [...new Set(types)].sort();
