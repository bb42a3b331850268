import * as z from 'zod';
import { RequestError } from '../errors/index.ts';
import type { Clock } from './clock.ts';
import { createMemoryJournal, openJournal } from './journal.ts';

const SubscriptionSchema = z.strictObject({
  customer: z.string().min(1),
  /** The lookup key of its price. */
  plan: z.string().min(1).default('pro'),
  status: z
    .enum(['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled'])
    .default('active'),
  /** What it costs in a period, in cents. */
  amount: z.int().nonnegative().default(2_000),
  interval: z.enum(['month', 'year']).default('month'),
});

/** What a customer of the local Stripe subscribes to. */
export type DevSubscription = z.output<typeof SubscriptionSchema>;
/** The same as it is asked for: only the customer has to be named. */
export type DevSubscriptionInput = z.input<typeof SubscriptionSchema>;

const DAY_MS = 86_400_000;
const DAYS = { month: 30, year: 365 };

/** Stands for Stripe's API, as far as the functions ask it: what a customer subscribes to. */
export interface DevStripe {
  /** Says what a customer subscribes to from now on. */
  subscribe(subscription: DevSubscriptionInput): void;
  /** `GET /v1/subscriptions`. */
  handle(request: Request): Response;
  /** `POST /dev/stripe` with a subscription. */
  control(request: Request): Promise<Response>;
  close(): void;
}

/** @param journal the file that keeps the subscriptions; they are kept in memory when absent. */
export function createDevStripe({
  clock,
  journal,
}: {
  clock: Clock;
  journal: string | undefined;
}): DevStripe {
  const subscriptions = new Map<string, DevSubscription & { at: number }>();
  const keep = (one: DevSubscription & { at: number }): void => void subscriptions.set(one.customer, one);
  const kept =
    journal === undefined
      ? createMemoryJournal<DevSubscription & { at: number }>()
      : openJournal<DevSubscription & { at: number }>(journal, keep);

  function subscribe(input: DevSubscriptionInput): void {
    const parsed = SubscriptionSchema.safeParse(input);
    if (!parsed.success)
      throw new RequestError('REQUEST_INVALID', z.prettifyError(parsed.error), {
        hint: 'Send {"customer": "cus_1", "plan": "pro", "status": "active", "amount": 2000}.',
      });
    const one = { ...parsed.data, at: subscriptions.get(parsed.data.customer)?.at ?? clock.now() };
    keep(one);
    kept.append(one);
  }

  return {
    subscribe,
    handle(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (request.method !== 'GET' || pathname !== '/v1/subscriptions') {
        const message = 'The local stand-in for Stripe only lists subscriptions.';
        return Response.json({ error: { type: 'invalid_request_error', message } }, { status: 404 });
      }
      const found = subscriptions.get(searchParams.get('customer') ?? '');
      const data = found === undefined ? [] : [view(found, clock.now())];
      return Response.json({ object: 'list', url: pathname, has_more: false, data });
    },
    async control(request) {
      subscribe((await request.json().catch(() => ({}))) as DevSubscriptionInput);
      return Response.json({ ok: true });
    },
    close: () => kept.close(),
  };
}

/** As Stripe's API shows a subscription, as far as anybody reads it. The period that runs began a whole number of periods after the start. */
function view(
  { customer, plan, status, amount, interval, at }: DevSubscription & { at: number },
  now: number,
): object {
  const period = DAYS[interval] * DAY_MS;
  const start = at + Math.floor((now - at) / period) * period;
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const price = {
    lookup_key: plan,
    product: `prod_${plan}`,
    unit_amount: amount,
    recurring: { interval, interval_count: 1 },
  };
  const item = {
    price,
    quantity: 1,
    current_period_start: seconds(start),
    current_period_end: seconds(start + period),
  };
  return {
    id: `sub_${customer}`,
    object: 'subscription',
    customer,
    status,
    created: seconds(at),
    items: { object: 'list', data: [item] },
  };
}
