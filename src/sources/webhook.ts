import type { Env } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { parseJson, requireBearer } from './api-call.ts';
import { readClerk, verifyClerk } from './clerk.ts';
import type { Delivery, RawDelivery } from './delivery.ts';
import { requireShallow } from './nesting.ts';
import { readNextAuth } from './nextauth.ts';
import { readResend, verifyResend } from './resend.ts';
import { readStripe, verifyStripe } from './stripe.ts';

export type { CustomerNews, Delivery, EmailReport } from './delivery.ts';

/** How one provider's webhooks are verified and read. */
interface WebhookSource {
  /** Answers what was signed. @throws {RequestError} when it was not, {EnvError} when the secret is not set. */
  verify(delivery: RawDelivery, env: Env): Promise<unknown>;
  /** @throws {RequestError} REQUEST_INVALID when what was signed is not what the provider documents. */
  read(payload: unknown, arrival: { id: string; at: number }): Delivery;
}

const SOURCES: Record<string, WebhookSource> = {
  clerk: {
    verify: (delivery, env) => verifyClerk(delivery, env.webhookSecrets.clerk),
    read: readClerk,
  },
  stripe: {
    verify: (delivery, env) => verifyStripe(delivery, env.webhookSecrets.stripe),
    read: readStripe,
  },
  resend: {
    verify: (delivery, env) => verifyResend(delivery, env.webhookSecrets.resend),
    read: readResend,
  },
  nextauth: {
    verify: async ({ headers, body }, env) => {
      requireBearer(headers, env.secret);
      return parseJson(body);
    },
    read: readNextAuth,
  },
};

/** The providers whose webhooks are understood. */
const WEBHOOK_PROVIDERS = Object.keys(SOURCES);

/**
 * The one way in for webhooks: the signature over the raw body and its age are checked by the provider's own code before anything
 * is read.
 * @param options.at now, ms since the epoch.
 * @throws {RequestError} NOT_FOUND, SIGNATURE_INVALID, UNAUTHORIZED or REQUEST_INVALID; {EnvError} without a secret, so that the sender
 *   tries again when it is set.
 */
export async function readWebhook(
  provider: string,
  delivery: RawDelivery,
  { env, at }: { env: Env; at: number },
): Promise<Delivery> {
  const source = Object.hasOwn(SOURCES, provider) ? SOURCES[provider] : undefined;
  if (source === undefined) {
    throw new RequestError('NOT_FOUND', `There are no webhooks of "${provider.slice(0, 40)}".`, {
      hint: `There are: ${WEBHOOK_PROVIDERS.join(', ')}.`,
    });
  }
  const payload = await source.verify(delivery, env);
  requireShallow(payload);
  const id = delivery.headers.get('svix-id') ?? delivery.headers.get('webhook-id') ?? '';
  return source.read(payload, { id, at });
}
