import * as z from 'zod/mini';
import { type Delivery, NOTHING, type RawDelivery } from './delivery.ts';
import { Filled, Id, isId, maybe, parsePayload } from './parse-payload.ts';
import { refusedSignature } from './refused-signature.ts';

const PayloadSchema = z.object({
  type: Filled,
  data: z.looseObject({ id: maybe(Id) }),
});

const UserSchema = z.looseObject({
  id: Id,
  first_name: maybe(z.string()),
  last_name: maybe(z.string()),
  username: maybe(z.string()),
  primary_email_address_id: maybe(z.string()),
  email_addresses: maybe(z.array(z.looseObject({ id: z.string(), email_address: z.string() }))),
  updated_at: maybe(z.number()),
  created_at: maybe(z.number()),
});

/** What only the application's own server may know is left out. */
const PRIVATE = ['private_metadata', 'password_enabled', 'external_accounts', 'passkeys', 'totp_enabled'];

/**
 * Verifies a webhook of Clerk with Clerk's own verifier (Svix headers, five minutes of tolerance).
 * @see https://clerk.com/docs/guides/development/webhooks/syncing
 * @throws {RequestError} SIGNATURE_INVALID.
 */
export async function verifyClerk({ url, headers, body }: RawDelivery, secret: string): Promise<unknown> {
  const { verifyWebhook } = await import('@clerk/backend/webhooks');
  const request = new Request(url, { method: 'POST', headers, body });
  try {
    const { type, data } = await verifyWebhook(request, { signingSecret: secret });
    return { type, data };
  } catch (error) {
    throw refusedSignature('Clerk', 'CLERK_WEBHOOK_SIGNING_SECRET', error);
  }
}

/** Turns a verified webhook of Clerk into `clerk.<type>`, such as `clerk.user.created`. @param id the message's, from its headers. */
export function readClerk(payload: unknown, { id, at }: { id: string; at: number }): Delivery {
  const { type, data } = parsePayload(PayloadSchema, payload, 'Clerk');
  if (type === 'user.deleted') return typeof data.id === 'string' ? { events: [], erased: data.id } : NOTHING;
  const event = { specversion: '1.0' as const, id, source: 'clerk', type: `clerk.${type}` };
  const time = new Date(at).toISOString();
  if (!type.startsWith('user.')) {
    const subject = subjectOf(type, data);
    return { events: [{ ...event, subject, time, data: withoutPrivate(data) }] };
  }
  const user = parsePayload(z.object({ data: UserSchema }), payload, 'Clerk').data;
  const { email, name } = contactOf(user);
  return {
    events: [{ ...event, subject: user.id, time, data: { ...withoutPrivate(user), email, name } }],
    contact: { subject: user.id, email, name, at: user.updated_at ?? user.created_at ?? at },
  };
}

/** A session and a membership are about a user, an organisation about itself. */
function subjectOf(type: string, data: Record<string, unknown>): string | undefined {
  const member = data.public_user_data;
  const ofMember =
    typeof member === 'object' && member !== null && 'user_id' in member ? member.user_id : undefined;
  const subject = type.startsWith('organization.') ? data.id : (data.user_id ?? ofMember);
  return isId(subject) ? subject : undefined;
}

function contactOf(user: z.output<typeof UserSchema>): {
  email: string | undefined;
  name: string | undefined;
} {
  const addresses = user.email_addresses ?? [];
  const primary = addresses.find(({ id }) => id === user.primary_email_address_id) ?? addresses[0];
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ');
  return { email: primary?.email_address, name: name === '' ? (user.username ?? undefined) : name };
}

function withoutPrivate(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !PRIVATE.includes(key)));
}
