import { Stripe } from 'stripe';
import { DEV_WEBHOOK_SECRETS } from '../../../src/dev/index.ts';
import type { SignedWebhook, Signing } from '../../../src/testing/index.ts';

export {
  type SignedWebhook as Signed,
  signClerk,
  signNextAuth,
  signResend,
} from '../../../src/testing/index.ts';

const stripe = new Stripe('sk_unused');

/** As Stripe signs, by its own client: not by what the test kit thinks that Stripe does. */
export function signStripe(
  payload: unknown,
  { age = 0, secret = DEV_WEBHOOK_SECRETS.STRIPE_WEBHOOK_SECRET }: Signing = {},
): SignedWebhook {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const signature = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
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
