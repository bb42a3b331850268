import { listen } from '../../src/dev/listen.ts';
import { answerEndpoints, type KeptEndpoint } from './stripe-endpoints.ts';

/** A subscription as Stripe's API gives it, as far as anybody reads it. */
export interface StripePlan {
  status: string;
  /** The lookup key of its price. */
  plan: string;
  /** In cents. */
  amount: number;
  interval?: 'month' | 'year';
}

/** A stand-in for Stripe's API. */
export interface StripeServer {
  url: string;
  /** What each customer subscribes to. */
  subscriptions: Map<string, StripePlan[]>;
  /** The checkouts that were opened, as they were asked for. */
  checkouts: URLSearchParams[];
  /** The webhook endpoints of the account, by their ids. */
  endpoints: Map<string, KeptEndpoint>;
  /** How many requests came. */
  requests: () => number;
  /** Answers the next requests with this status, as often as said. */
  fail(status: number, times: number): void;
  /** Holds each answer back for so long, in ms. */
  delay(ms: () => number): void;
  close(): Promise<void>;
}

/** Starts a stand-in for Stripe's API: `GET /v1/subscriptions?customer=`, `POST /v1/checkout/sessions`, and webhook endpoints. */
export async function startStripe(): Promise<StripeServer> {
  const subscriptions = new Map<string, StripePlan[]>();
  const checkouts: URLSearchParams[] = [];
  const endpoints: StripeServer['endpoints'] = new Map();
  let [count, failures, status] = [0, 0, 500];
  let delayMs = () => 0;
  const server = await listen(
    async (request) => {
      count += 1;
      const { pathname, searchParams } = new URL(request.url);
      if (failures > 0) {
        failures -= 1;
        return Response.json({ error: { type: 'api_error', message: 'as asked' } }, { status });
      }
      const isKnown = request.headers.get('authorization')?.startsWith('Bearer ') ?? false;
      if (isKnown && pathname === '/v1/checkout/sessions') {
        const number = checkouts.push(new URLSearchParams(await request.text()));
        const id = `cs_${number}`;
        return Response.json({ id, object: 'checkout.session', url: `https://checkout.example.com/${id}` });
      }
      const aboutEndpoints = isKnown ? await answerEndpoints(request, endpoints) : undefined;
      if (aboutEndpoints !== undefined) return aboutEndpoints;
      if (pathname !== '/v1/subscriptions' || !isKnown)
        return Response.json({ error: { type: 'invalid_request_error' } }, { status: 404 });
      const customer = searchParams.get('customer') ?? '';
      // What is answered is what was so when the request came, however long the answer takes.
      const found = subscriptions.get(customer) ?? [];
      const body = {
        object: 'list',
        has_more: false,
        data: found.map((one, index) => view(one, customer, index)),
      };
      await new Promise((resolve) => setTimeout(resolve, delayMs()));
      return Response.json(body);
    },
    { port: 0 },
  );
  return {
    url: server.url,
    subscriptions,
    checkouts,
    endpoints,
    requests: () => count,
    fail(nextStatus, times) {
      [status, failures] = [nextStatus, times];
    },
    delay(ms) {
      delayMs = ms;
    },
    close: server.close,
  };
}

function view(
  { status, plan, amount, interval = 'month' }: StripePlan,
  customer: string,
  index: number,
): object {
  const price = {
    lookup_key: plan,
    product: `prod_${plan}`,
    unit_amount: amount,
    recurring: { interval, interval_count: 1 },
  };
  return {
    id: `sub_${customer}_${index}`,
    object: 'subscription',
    customer,
    status,
    created: 1_780_000_000,
    items: {
      data: [{ price, quantity: 1, current_period_start: 1_780_000_000, current_period_end: 1_782_592_000 }],
    },
  };
}
