import { createHmac } from 'node:crypto';
import { Stripe } from 'stripe';
import { DEV_SECRET, DEV_WEBHOOK_SECRETS } from '../../../src/dev/environment.ts';

/** A webhook on its way: what its provider would send. */
export interface Signed {
  body: string;
  headers: Record<string, string>;
}

/** How a webhook is spoilt, for tests of what is refused. */
interface Spoilt {
  id?: string;
  /** How long ago it was signed, in seconds. */
  age?: number;
  secret?: string;
}

const signSvix =
  (ownSecret: string, prefix: 'svix' | 'webhook') =>
  (payload: unknown, { id = 'msg_1', age = 0, secret = ownSecret }: Spoilt = {}): Signed => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const timestamp = String(Math.floor(Date.now() / 1000) - age);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      body,
      headers: {
        'content-type': 'application/json',
        [`${prefix}-id`]: id,
        [`${prefix}-timestamp`]: timestamp,
        [`${prefix}-signature`]: `v1,${signature}`,
      },
    };
  };

/** As Clerk signs, by way of Svix. @see https://docs.svix.com/receiving/verifying-payloads/how-manual */
export const signClerk = signSvix(DEV_WEBHOOK_SECRETS.CLERK_WEBHOOK_SIGNING_SECRET, 'svix');

/** As Resend signs, by way of Svix. */
export const signResend = signSvix(DEV_WEBHOOK_SECRETS.RESEND_WEBHOOK_SECRET, 'svix');

const stripe = new Stripe('sk_unused');

/** As Stripe signs, by its own client. */
export function signStripe(
  payload: unknown,
  { age = 0, secret = DEV_WEBHOOK_SECRETS.STRIPE_WEBHOOK_SECRET }: Spoilt = {},
): Signed {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const signature = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
}

/** As an app with NextAuth calls. */
export function signNextAuth(payload: unknown, { secret = DEV_SECRET }: Spoilt = {}): Signed {
  return {
    body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
  };
}

/** A user of Clerk, as its webhooks show it. */
export const clerkUser = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  object: 'user',
  first_name: 'Ada',
  last_name: 'Lovelace',
  username: null,
  primary_email_address_id: 'idn_2',
  email_addresses: [
    { id: 'idn_1', email_address: 'old@example.com' },
    { id: 'idn_2', email_address: 'ada@example.com' },
  ],
  private_metadata: { note: 'for the server alone' },
  created_at: 1_780_000_000_000,
  updated_at: 1_780_000_000_000,
  ...more,
});

/** An event of Stripe. */
export const stripeEvent = (id: string, type: string, object: Record<string, unknown>) => ({
  id,
  object: 'event',
  type,
  created: 1_780_000_000,
  livemode: false,
  data: { object },
});
