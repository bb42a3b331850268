import { createHmac } from 'node:crypto';
import { DEV_SECRET, DEV_WEBHOOK_SECRETS } from '../dev/index.ts';

/** A webhook on its way: what its provider would send. */
export interface SignedWebhook {
  body: string;
  headers: Record<string, string>;
}

/** How a webhook is signed; tests of what is refused change it. */
export interface Signing {
  /** The message's id (Clerk, Resend): the same when it is sent again. */
  id?: string;
  /** How long ago it was signed, in seconds. */
  age?: number;
  secret?: string;
}

const textOf = (payload: unknown): string =>
  typeof payload === 'string' ? payload : JSON.stringify(payload);
const stampOf = (age: number): string => String(Math.floor(Date.now() / 1000) - age);
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

let sequence = 0;

/** As Svix signs, for Clerk and Resend. @see https://docs.svix.com/receiving/verifying-payloads/how-manual */
function signSvix(payload: unknown, { id, age = 0, secret = '' }: Signing): SignedWebhook {
  const body = textOf(payload);
  const messageId = id ?? `msg_${++sequence}`;
  const timestamp = stampOf(age);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = hmac(key, `${messageId}.${timestamp}.${body}`).digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': messageId,
      'svix-timestamp': timestamp,
      'svix-signature': `v1,${signature}`,
    },
  };
}

/** Signs a webhook of Clerk with the local stack's secret. */
export function signClerk(payload: unknown, signing: Signing = {}): SignedWebhook {
  return signSvix(payload, { secret: DEV_WEBHOOK_SECRETS.CLERK_WEBHOOK_SIGNING_SECRET, ...signing });
}

/** Signs a webhook of Resend with the local stack's secret. */
export function signResend(payload: unknown, signing: Signing = {}): SignedWebhook {
  return signSvix(payload, { secret: DEV_WEBHOOK_SECRETS.RESEND_WEBHOOK_SECRET, ...signing });
}

/** Signs a webhook of Stripe with the local stack's secret. @see https://docs.stripe.com/webhooks#verify-manually */
export function signStripe(payload: unknown, { age = 0, secret }: Signing = {}): SignedWebhook {
  const body = textOf(payload);
  const timestamp = stampOf(age);
  const key = secret ?? DEV_WEBHOOK_SECRETS.STRIPE_WEBHOOK_SECRET;
  const signature = hmac(key, `${timestamp}.${body}`).digest('hex');
  return {
    body,
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${timestamp},v1=${signature}` },
  };
}

/** A callback of NextAuth, as `skeneEvents()` makes it. */
export function signNextAuth(payload: unknown, { secret = DEV_SECRET }: Signing = {}): SignedWebhook {
  return {
    body: textOf(payload),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
  };
}
