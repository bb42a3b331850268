import { verifyWebhook } from '@clerk/nextjs/webhooks';
import type { NextRequest } from 'next/server';
import { keepUser } from '@/database';

/** Clerk tells of its users: the new ones get a row. */
export async function POST(request: NextRequest): Promise<Response> {
  const event = await verifyWebhook(request).catch(() => undefined);
  if (event === undefined) return new Response('The signature is wrong.', { status: 400 });
  if (event.type === 'user.created') {
    const { id, first_name, email_addresses, primary_email_address_id } = event.data;
    const email = email_addresses.find((address) => address.id === primary_email_address_id);
    if (email) await keepUser({ id, email: email.email_address, name: first_name ?? 'there' });
  }
  return new Response();
}
