import * as z from 'zod/mini';
import type { Env } from '../env/index.ts';
import { ProviderError } from '../errors/index.ts';
import { type SignedWebhook, signStripe, signSvix, withBearer } from './sign-webhook.ts';
import type { TestProvider } from './usual-events.ts';

/** What a test event says; what is left out is made up. */
export interface TestEvent {
  provider: TestProvider;
  /** As the provider calls it: `user.created`, `checkout.session.completed`, `email.bounced`, `createUser`; of `app`, what `track()` is given. */
  type: string;
  subject: string;
  email: string;
  name: string;
  /** Stripe's customer. */
  customer: string;
  /** Members of the event's object, over what is made up. */
  data: Record<string, unknown>;
}

const AcceptedSchema = z.object({ started: z.number(), known: z.number() });

/** Runs that an event started, and those that it had started before. */
type Accepted = z.output<typeof AcceptedSchema>;

/**
 * Sends an event as its provider would: the same form, signed with the same secret.
 * @returns what the deployment answered; nothing where an app's own handler takes the webhook, and knows of no runs.
 * @throws {ProviderError} PROVIDER_REJECTED with the answer when the deployment refuses it.
 */
export async function sendTestEvent(event: TestEvent, env: Env): Promise<Accepted | undefined> {
  return sendTestPayload(event.provider, testPayload(event), env);
}

/** Sends a payload as its provider would. @see sendTestEvent */
export async function sendTestPayload(
  provider: TestProvider,
  payload: unknown,
  env: Env,
): Promise<Accepted | undefined> {
  const { body, headers } = signed(provider, payload, env);
  const path = provider === 'app' ? 'events' : `webhooks/${provider}`;
  const answer = await fetch(`${env.functionsUrl}/${path}`, {
    method: 'POST',
    headers: { ...headers, ...env.bypassHeaders },
    body,
  });
  if (!answer.ok)
    throw new ProviderError(
      'PROVIDER_REJECTED',
      `${env.functionsUrl} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`,
    );
  return AcceptedSchema.safeParse(await answer.json().catch(() => undefined)).data;
}

function signed(provider: TestProvider, payload: unknown, env: Env): SignedWebhook {
  switch (provider) {
    case 'clerk':
    case 'resend':
      return signSvix(payload, { secret: env.webhookSecrets[provider] });
    case 'stripe':
      return signStripe(payload, { secret: env.webhookSecrets.stripe });
    case 'app':
    case 'nextauth':
      return withBearer(payload, { secret: env.secret });
  }
}

/** What a provider would send of an event. */
export function testPayload(event: TestEvent): Record<string, unknown> {
  const { provider, type, data } = event;
  const now = Date.now();
  switch (provider) {
    case 'clerk':
      return { type, object: 'event', timestamp: now, data: { ...clerkObject(event, now), ...data } };
    case 'resend':
      return {
        type,
        created_at: new Date(now).toISOString(),
        data: { email_id: crypto.randomUUID(), to: [event.email], ...data },
      };
    case 'stripe':
      return {
        id: `evt_${crypto.randomUUID()}`,
        object: 'event',
        type,
        created: Math.floor(now / 1000),
        data: { object: { ...stripeObject(event), ...data } },
      };
    case 'app':
      return {
        specversion: '1.0',
        id: crypto.randomUUID(),
        source: 'skene/test',
        type,
        subject: event.subject,
        data,
      };
    case 'nextauth':
      return { event: type, user: { id: event.subject, email: event.email, name: event.name, ...data } };
  }
}

function clerkObject({ type, subject, email, name }: TestEvent, now: number): Record<string, unknown> {
  if (type === 'user.deleted') return { id: subject, object: 'user', deleted: true };
  if (!type.startsWith('user.')) return { id: `${type.split('.')[0]}_test`, user_id: subject };
  const [first = '', ...last] = name.split(' ');
  return {
    id: subject,
    object: 'user',
    first_name: first,
    last_name: last.join(' '),
    primary_email_address_id: 'idn_test',
    email_addresses: [{ id: 'idn_test', email_address: email }],
    created_at: now,
    updated_at: now,
  };
}

function stripeObject({ type, subject, email, customer }: TestEvent): Record<string, unknown> {
  const [kind = ''] = type.split('.').slice(type.startsWith('customer.subscription.') ? 1 : 0);
  const object = { id: `${kind}_test`, object: kind, customer, metadata: { user_id: subject } };
  if (!type.startsWith('checkout.session.')) return object;
  return {
    ...object,
    object: 'checkout.session',
    client_reference_id: subject,
    customer_details: { email },
  };
}
