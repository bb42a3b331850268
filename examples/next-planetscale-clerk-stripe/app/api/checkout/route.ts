import { auth } from '@clerk/nextjs/server';
import { Stripe } from 'stripe';

/** Sends whoever wants to upgrade to Stripe's page. `client_reference_id` says later whose the subscription is. */
export async function GET(): Promise<Response> {
  const { userId } = await auth();
  if (userId === null) return new Response('Sign in first.', { status: 401 });
  const { url } = await connect().checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: process.env.STRIPE_PRICE, quantity: 1 }],
    client_reference_id: userId,
    success_url: process.env.APP_URL,
  });
  return Response.redirect(url ?? process.env.APP_URL ?? '/', 303);
}

/** Stripe, or what stands for it on this machine. */
function connect(): Stripe {
  const key = process.env.STRIPE_SECRET_KEY ?? '';
  if (!process.env.STRIPE_API_URL) return new Stripe(key);
  const { hostname, port, protocol } = new URL(process.env.STRIPE_API_URL);
  return new Stripe(key, { host: hostname, port, protocol: protocol === 'http:' ? 'http' : 'https' });
}
