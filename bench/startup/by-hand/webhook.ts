import { Client } from '@upstash/workflow';
import Stripe from 'stripe';

/** Verifies Stripe's webhook and starts what it begins. */
export async function POST(request: Request): Promise<Response> {
  const stripe = new Stripe(process.env.STRIPE_SECRET_KEY ?? '');
  const event = await stripe.webhooks.constructEventAsync(
    await request.text(),
    request.headers.get('stripe-signature') ?? '',
    process.env.STRIPE_WEBHOOK_SECRET ?? '',
  );
  const client = new Client({ token: process.env.QSTASH_TOKEN ?? '' });
  await client.trigger({ url: `${process.env.SKENE_URL}/workflow`, body: event, workflowRunId: event.id });
  return new Response(null, { status: 202 });
}
