import type { Stripe } from 'stripe';
import * as z from 'zod/mini';
import { messageOf, ProviderError } from '../errors/index.ts';
import type { Subscription } from '../state/index.ts';
import type { CustomerNews, Delivery, RawDelivery } from './delivery.ts';
import { Filled, Id, isId, maybe, parsePayload } from './parse-payload.ts';
import { refusedSignature } from './refused-signature.ts';

/** How Stripe is reached. `url` is its API's own address unless told (a stand-in, in tests and the local stack). */
export interface StripeAccess {
  apiKey: string;
  url?: string | undefined;
}

/** The version of Stripe's API that is read here: that of the client, whatever the account's own is. */
export const STRIPE_VERSION = '2026-10-28.endive' as const;

/** After this the answer would come too late for the webhook that asks. */
const TIMEOUT_MS = 10_000;

/** Stripe's own tolerance, in seconds. */
const TOLERANCE_SECONDS = 300;

/** Events after which a subscription may be another. */
const ABOUT_SUBSCRIPTION = /^(?:customer\.subscription|checkout\.session|invoice)\./;

/** The last time that JavaScript can tell, in seconds since the epoch. */
const LATEST_SECONDS = 8_640_000_000_000;

const Reference = z.union([Id, z.looseObject({ id: Id })]);
const Metadata = maybe(z.record(z.string(), z.unknown()));

const PayloadSchema = z.object({
  id: Id,
  type: Filled,
  created: z.number().check(z.gte(0), z.lte(LATEST_SECONDS)),
  data: z.object({
    object: z.looseObject({
      id: maybe(Id),
      object: maybe(z.string()),
      customer: maybe(Reference),
      client_reference_id: maybe(z.string()),
      metadata: Metadata,
      subscription_details: maybe(z.looseObject({ metadata: Metadata })),
      customer_email: maybe(z.string()),
      customer_details: maybe(z.looseObject({ email: maybe(z.string()) })),
    }),
  }),
});
type StripeObject = z.output<typeof PayloadSchema>['data']['object'];

/**
 * Verifies a webhook of Stripe with Stripe's own client.
 * @see https://docs.stripe.com/webhooks/signature
 * @throws {RequestError} SIGNATURE_INVALID.
 */
export async function verifyStripe({ headers, body }: RawDelivery, secret: string): Promise<unknown> {
  const { Stripe } = await import('stripe');
  const signature = headers.get('stripe-signature') ?? '';
  try {
    // Verifying asks nobody: the client wants a key for what it does else.
    return await new Stripe('sk_unused').webhooks.constructEventAsync(
      body,
      signature,
      secret,
      TOLERANCE_SECONDS,
    );
  } catch (error) {
    throw refusedSignature('Stripe', 'STRIPE_WEBHOOK_SECRET', error);
  }
}

/** Turns a verified webhook of Stripe into `stripe.<type>`, such as `stripe.invoice.paid`, and says whose subscription to look at. */
export function readStripe(payload: unknown): Delivery {
  const { id, type, created, data } = parsePayload(PayloadSchema, payload, 'Stripe');
  const { object } = data;
  const customer = customerOf(object, type);
  return {
    events: [
      {
        specversion: '1.0',
        id,
        source: 'stripe',
        type: `stripe.${type}`,
        time: new Date(created * 1_000).toISOString(),
        data: {
          ...scalarsOf(object),
          ...(customer === undefined ? {} : { customer }),
          metadata: object.metadata,
        },
      },
    ],
    customer: customer === undefined ? undefined : { id: customer, ...newsOf(object, type) },
  };
}

function customerOf(object: StripeObject, type: string): string | undefined {
  const { customer } = object;
  if (typeof customer === 'string') return customer;
  if (customer !== undefined && customer !== null) return customer.id;
  return /^customer\.(?:created|updated|deleted)$/.test(type) ? (object.id ?? undefined) : undefined;
}

/** In this order: what the application gave to the checkout, its metadata, the address. */
function newsOf(object: StripeObject, type: string): Omit<CustomerNews, 'id'> {
  const metadata = { ...object.subscription_details?.metadata, ...object.metadata };
  const named = ['user_id', 'userId', 'skene_subject'].map((key) => metadata[key]);
  const subject = [object.client_reference_id, ...named].find(isId);
  const email = object.customer_details?.email ?? object.customer_email ?? undefined;
  return { subject, email, mayHaveChanged: ABOUT_SUBSCRIPTION.test(type) };
}

/** A run carries its event: of an object with dozens of members, what a template or a condition can use. */
function scalarsOf(object: StripeObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
  );
}

/**
 * Fetches what a customer subscribes to now. Of several, the one that gives most: active before past due before ended, dear before cheap.
 * @returns `undefined` when there is none, and there never was.
 * @throws {ProviderError} PROVIDER_UNAVAILABLE when Stripe does not answer, PROVIDER_REJECTED when it refuses the key.
 */
export async function fetchSubscription(
  access: StripeAccess,
  customer: string,
): Promise<Subscription | undefined> {
  const stripe = await connectStripe(access);
  try {
    const { data } = await stripe.subscriptions.list({ customer, status: 'all', limit: 100 });
    return data
      .map(readSubscription)
      .sort((one, other) => rank(one) - rank(other) || other.monthlyAmount - one.monthlyAmount)[0];
  } catch (error) {
    // A customer that was deleted subscribes to nothing.
    if (isNoSuchCustomer(error)) return undefined;
    const status = (error as { statusCode?: number }).statusCode;
    const code = status === 401 || status === 403 ? 'PROVIDER_REJECTED' : 'PROVIDER_UNAVAILABLE';
    throw new ProviderError(code, `Stripe did not say what ${customer} subscribes to: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Stripe's own client, loaded when first needed; nothing is sent yet. */
export async function connectStripe({ apiKey, url }: StripeAccess): Promise<Stripe> {
  const { Stripe } = await import('stripe');
  const options = { apiVersion: STRIPE_VERSION, timeout: TIMEOUT_MS, maxNetworkRetries: 1, telemetry: false };
  if (url === undefined) return new Stripe(apiKey, options);
  const { protocol, hostname, port } = new URL(url);
  return new Stripe(apiKey, {
    ...options,
    host: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    protocol: protocol === 'http:' ? 'http' : 'https',
  });
}

function isNoSuchCustomer(error: unknown): boolean {
  const { code, param } = error as { code?: string; param?: string };
  return code === 'resource_missing' && param === 'customer';
}

/** The lower, the more a customer may do. */
function rank({ status }: Subscription): number {
  const order = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled'];
  const index = order.indexOf(status);
  return index === -1 ? order.length : index;
}

const DAYS: Record<string, number> = { day: 1, week: 7, month: 30, year: 365 };

function readSubscription(subscription: Stripe.Subscription): Subscription {
  const items = subscription.items.data;
  const [first] = items;
  const amounts = items.map(({ price, quantity }) => {
    const { interval = 'month', interval_count: count = 1 } = price.recurring ?? {};
    return ((price.unit_amount ?? 0) * (quantity ?? 1) * 30) / ((DAYS[interval] ?? 30) * count);
  });
  const product = first?.price.product;
  return {
    plan: first?.price.lookup_key ?? (typeof product === 'string' ? product : (product?.id ?? 'unknown')),
    status: subscription.status,
    monthlyAmount: Math.round(amounts.reduce((sum, amount) => sum + amount, 0)),
    periodStart: (first?.current_period_start ?? subscription.created) * 1_000,
    periodEnd: (first?.current_period_end ?? subscription.created) * 1_000,
  };
}
