import { DEV_SECRET, DEV_WEBHOOK_SECRETS } from '../../src/dev/environment.ts';
import { type SignedWebhook, signStripe, signSvix } from '../../src/operations/index.ts';
import type { ChaosWorld } from './world.ts';

/** Those who tell the functions of something, and go on until they are answered 2xx: the app, Clerk and Stripe. */
export interface Sender {
  track(event: { id: string; type: string; subject: string }): Promise<void>;
  clerk(user: { id: string; email: string; name: string }): Promise<void>;
  /** Tells that somebody's subscription may have changed. */
  stripe(id: string, customer: { subject: string; type: string }): Promise<void>;
  /** Tries again what has not been taken yet. */
  flush(): Promise<void>;
  /** How much that is. */
  readonly waiting: number;
}

interface Message {
  path: string;
  name: string;
  sign: () => SignedWebhook;
}

/** Attempts at once, before somebody comes back later. */
const ATTEMPTS = 2;

export function createSender({ variables, clock }: ChaosWorld): Sender {
  const waiting = new Set<Message>();

  async function attempt({ path, name, sign }: Message): Promise<boolean> {
    const { body, headers } = sign();
    const request = { method: 'POST', body, headers: { ...headers, 'x-chaos': name } };
    const answer = await fetch(`${variables.SKENE_URL}${path}`, request).catch(() => undefined);
    return answer?.ok ?? false;
  }

  async function send(message: Message): Promise<void> {
    waiting.add(message);
    for (let count = 0; count < ATTEMPTS; count++) {
      if (!(await attempt(message))) continue;
      waiting.delete(message);
      return;
    }
  }

  return {
    track: ({ id, type, subject }) =>
      send({
        path: '/events',
        name: `event ${id}`,
        sign: () => ({
          body: JSON.stringify({ specversion: '1.0', id, source: '/app', type, subject }),
          headers: { authorization: `Bearer ${DEV_SECRET}`, 'content-type': 'application/json' },
        }),
      }),
    clerk: ({ id, email, name }) =>
      send({
        path: '/webhooks/clerk',
        name: `clerk ${id}`,
        sign: () =>
          signSvix(
            {
              type: 'user.created',
              object: 'event',
              data: {
                id,
                object: 'user',
                first_name: name,
                primary_email_address_id: 'idn',
                email_addresses: [{ id: 'idn', email_address: email }],
              },
            },
            { id: `msg_${id}`, secret: DEV_WEBHOOK_SECRETS.CLERK_WEBHOOK_SIGNING_SECRET },
          ),
      }),
    stripe: (id, { subject, type }) =>
      send({
        path: '/webhooks/stripe',
        name: `stripe ${id}`,
        sign: () =>
          signStripe(
            {
              id,
              object: 'event',
              type,
              created: Math.floor(clock.now() / 1000),
              data: {
                object: {
                  id: `obj_${id}`,
                  object: 'checkout.session',
                  customer: customerOf(subject),
                  client_reference_id: subject,
                },
              },
            },
            { secret: DEV_WEBHOOK_SECRETS.STRIPE_WEBHOOK_SECRET },
          ),
      }),
    async flush() {
      await Promise.all([...waiting].map(send));
    },
    get waiting() {
      return waiting.size;
    },
  };
}

/** Stripe's id of somebody. */
export const customerOf = (subject: string): string => `cus_${subject}`;
