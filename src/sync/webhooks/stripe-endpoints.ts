import type { Env } from '../../env/index.ts';
import { messageOf, ProviderError } from '../../errors/index.ts';
import { connectStripe, STRIPE_VERSION } from '../../sources/stripe.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';

type Stripe = Awaited<ReturnType<typeof connectStripe>>;
type Created = NonNullable<Parameters<Stripe['webhookEndpoints']['create']>[0]>;

/** By this member of its metadata an endpoint is known to be ours. */
const MARK = 'skene';

/**
 * The webhook endpoints of an account at Stripe. They are told of events in the version of the API that this client reads, whatever the
 * account's own is.
 * @see https://docs.stripe.com/api/webhook_endpoints
 */
export function stripeEndpoints({ stripe, namespace }: Pick<Env, 'stripe' | 'namespace'>): Endpoints {
  const eventsFor = (events: readonly string[]) => events as Created['enabled_events'];
  const metadata = { [MARK]: namespace };
  return {
    list: () =>
      reachStripe(async () => {
        const client = await connectStripe(stripe);
        const found: Endpoint[] = [];
        for await (const { id, url, enabled_events, status, metadata: marks } of client.webhookEndpoints.list(
          {
            limit: 100,
          },
        ))
          found.push({
            id,
            url,
            events: enabled_events,
            isEnabled: status === 'enabled',
            isOurs: marks[MARK] === namespace,
          });
        return found;
      }),
    create: ({ url, events }) =>
      reachStripe(async () => {
        const client = await connectStripe(stripe);
        const { secret } = await client.webhookEndpoints.create({
          url,
          enabled_events: eventsFor(events),
          api_version: STRIPE_VERSION,
          description: 'Skene: growth loops',
          metadata,
        });
        if (secret === undefined) throw new Error('its answer has no secret');
        return secret;
      }),
    change: (id, { url, events }) =>
      reachStripe(async () => {
        const client = await connectStripe(stripe);
        await client.webhookEndpoints.update(id, {
          url,
          enabled_events: eventsFor(events),
          disabled: false,
          metadata,
        });
      }),
    remove: (id) =>
      reachStripe(async () => {
        await (await connectStripe(stripe)).webhookEndpoints.del(id);
      }),
  };
}

async function reachStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const status = (cause as { statusCode?: number }).statusCode ?? 0;
    const isRefused = status >= 400 && status < 500 && status !== 429;
    throw new ProviderError(
      isRefused ? 'PROVIDER_REJECTED' : 'PROVIDER_UNAVAILABLE',
      `Stripe did not do it: ${messageOf(cause)}`,
      { hint: 'A restricted key needs to read and write "Webhook Endpoints".', cause },
    );
  }
}
