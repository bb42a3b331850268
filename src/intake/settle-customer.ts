import { addressKey } from '../email/address.ts';
import type { SkeneEvent } from '../events/index.ts';
import { fetchSubscription } from '../sources/stripe.ts';
import type { CustomerNews } from '../sources/webhook.ts';
import type { CustomerRecord } from '../state/index.ts';
import type { SubscriptionEntry } from '../usage/index.ts';
import type { Services } from './services.ts';
import { isPaying, tellingsOf } from './subscription-events.ts';

/** What settling a customer needs. */
export interface CustomerContext {
  services: Pick<Services, 'state' | 'env' | 'gate'>;
  /** The id of the user with this address in the team's own database, or `undefined`. */
  findByEmail: (email: string) => Promise<string | undefined>;
  /** Writes down what a customer subscribes to. */
  keepSubscription: (entry: SubscriptionEntry) => Promise<void>;
}

interface SettledCustomer {
  subject: string | undefined;
  /** What the loops have not been told yet. */
  events: SkeneEvent[];
  /** To be called when they have been. */
  told: () => Promise<void>;
}

/**
 * Ties a customer to its user, fetches its subscription as it is now, and opens or closes the gate accordingly. Whatever the order in which
 * webhooks come, the fetch that began last is the one that is kept.
 */
export async function settleCustomer(
  { id, subject, email, mayHaveChanged }: CustomerNews,
  context: CustomerContext,
): Promise<SettledCustomer> {
  const { state, env, gate } = context.services;
  const before = await state.subscriptions.subjectOf(id);
  const owner = subject ?? before ?? (await ownerOf(email, context));
  const isForgotten = await state.erasure.wasErased(owner ?? id);
  if (isForgotten) return { subject: undefined, events: [], told: async () => {} };
  if (owner !== undefined) await state.subscriptions.tie(id, owner);
  if (!mayHaveChanged && owner === before) return { subject: owner, events: [], told: async () => {} };
  const ticket = await state.subscriptions.ticket(id);
  const fetched = await fetchSubscription(env.stripe, id);
  const record = await state.subscriptions.store(id, ticket, fetched);
  if (before !== undefined && before !== record.subject)
    await setPlan(before, { ...record, customer: id, current: undefined }, gate);
  if (record.subject !== undefined) await setPlan(record.subject, { ...record, customer: id }, gate);
  return {
    subject: record.subject,
    events: record.subject === undefined ? [] : tellingsOf(id, record.subject, record),
    told: async () => {
      if (record.subject === undefined) return;
      await context.keepSubscription(entryOf(id, record.subject, record));
      await state.subscriptions.tell(id, record.version, record.current);
    },
  };
}

function entryOf(customer: string, subject: string, { current, ticket }: CustomerRecord): SubscriptionEntry {
  const { plan = 'free', status = 'none', periodStart = 0, periodEnd = 0 } = current ?? {};
  return { customer, subject, plan, status, periodStart, periodEnd, version: ticket };
}

/** The address says whose a customer is that nobody has tied to its user. */
async function ownerOf(
  email: string | undefined,
  { services: { state }, findByEmail }: CustomerContext,
): Promise<string | undefined> {
  if (email === undefined) return undefined;
  return (await state.contacts.subjectOf(addressKey(email))) ?? (await findByEmail(email));
}

/** Tells the gate what somebody pays for; a customer's older look never overwrites a newer one. */
async function setPlan(
  subject: string,
  { customer, current, ticket }: Pick<CustomerRecord, 'current' | 'ticket'> & { customer: string },
  gate: Services['gate'],
): Promise<void> {
  await gate.setPlan(subject, {
    plan: current?.plan ?? 'free',
    periodStart: current?.periodStart ?? 0,
    periodEnd: current?.periodEnd ?? 0,
    isPaying: isPaying(current),
    customer,
    version: ticket,
  });
}
