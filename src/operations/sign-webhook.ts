import { createHmac } from 'node:crypto';

/** A webhook on its way: what its provider would send. */
export interface SignedWebhook {
  body: string;
  headers: Record<string, string>;
}

/** How a webhook is signed. */
export interface Signing {
  secret: string;
  /** The message's id (Clerk, Resend): the same when it is sent again; a new one unless told. */
  id?: string | undefined;
  /** How long ago it was signed, in seconds; now unless told. */
  age?: number | undefined;
}

const textOf = (payload: unknown): string =>
  typeof payload === 'string' ? payload : JSON.stringify(payload);
const stampOf = (age: number): string => String(Math.floor(Date.now() / 1000) - age);
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/** Signs as Svix does, for Clerk and Resend. @see https://docs.svix.com/receiving/verifying-payloads/how-manual */
export function signSvix(
  payload: unknown,
  { secret, id = crypto.randomUUID(), age = 0 }: Signing,
): SignedWebhook {
  const body = textOf(payload);
  const timestamp = stampOf(age);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = hmac(key, `${id}.${timestamp}.${body}`).digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': timestamp,
      'svix-signature': `v1,${signature}`,
    },
  };
}

/** Signs as Stripe does. @see https://docs.stripe.com/webhooks#verify-manually */
export function signStripe(payload: unknown, { secret, age = 0 }: Signing): SignedWebhook {
  const body = textOf(payload);
  const timestamp = stampOf(age);
  const signature = hmac(secret, `${timestamp}.${body}`).digest('hex');
  return {
    body,
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${timestamp},v1=${signature}` },
  };
}

/** Nothing is signed: the secret is shown, as `skeneEvents()` and `track()` do over TLS. */
export function withBearer(payload: unknown, { secret }: Signing): SignedWebhook {
  return {
    body: textOf(payload),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
  };
}
