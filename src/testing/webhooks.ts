import type { SignedWebhook } from '../operations/index.ts';
import { type Signing, signClerk, signNextAuth, signResend, signStripe } from './sign-webhook.ts';

/** Webhooks as their providers send them, signed. Each is with its runs before the call is done. */
export interface Webhooks {
  /** @param data the object the event is about, such as a user: `{ id: 'user_1', email_addresses: [...] }`. */
  clerk(type: string, data: object, signing?: Signing): Promise<void>;
  /** @param object the object the event is about; `id` is that of the event, the same when it is sent again. */
  stripe(type: string, object: object, signing?: Signing): Promise<void>;
  resend(type: string, data: object, signing?: Signing): Promise<void>;
  /** @param user at least `{ id }`. */
  nextauth(event: string, user: object): Promise<void>;
}

let sequence = 0;

/** @param deliver hands a webhook to the deployment; @param now the time in the world, ms since the epoch. */
export function createWebhooks(
  deliver: (provider: string, webhook: SignedWebhook) => Promise<void>,
  now: () => number,
): Webhooks {
  return {
    clerk: (type, data, signing) => deliver('clerk', signClerk({ type, object: 'event', data }, signing)),
    stripe(type, object, signing = {}) {
      const id = signing.id ?? `evt_${++sequence}`;
      const created = Math.floor(now() / 1000);
      return deliver('stripe', signStripe({ id, object: 'event', type, created, data: { object } }, signing));
    },
    resend: (type, data, signing) =>
      deliver('resend', signResend({ type, created_at: new Date(now()).toISOString(), data }, signing)),
    nextauth: (event, user) => deliver('nextauth', signNextAuth({ event, user })),
  };
}
