import { addressKey } from '../email/address.ts';
import type { Deployment } from '../plan/index.ts';
import { exitRuns, isOverWhenSuppressed } from '../runs/index.ts';
import type { Delivery, EmailReport } from '../sources/webhook.ts';
import type { State, SuppressionReason } from '../state/index.ts';
import type { SubscriptionEntry } from '../usage/index.ts';
import { acceptEvents } from './accept.ts';
import { noteEmail } from './note-email.ts';
import type { Services } from './services.ts';
import { settleCustomer } from './settle-customer.ts';

/** What accepting a webhook needs. */
export interface DeliveryContext {
  deployment: Deployment;
  services: Services;
  /** The id of the user with this address in the team's own database, or `undefined`. */
  findByEmail: (email: string) => Promise<string | undefined>;
  /** Writes down what a customer subscribes to, for the team to read. */
  keepSubscription: (entry: SubscriptionEntry) => Promise<void>;
}

/**
 * Does what a verified webhook asks for: keeps contacts and subscriptions, forgets who was deleted, counts what became of emails, and hands
 * its events in. When it returns, QStash has every run; when it throws, the same webhook has to come again, which does nothing twice.
 * @returns how many runs it started, and how many it would have started had they not been before.
 */
export async function acceptDelivery(
  delivery: Delivery,
  context: DeliveryContext,
): Promise<{ started: number; known: number; refused: string[] }> {
  const { services, deployment } = context;
  const { state } = services;
  if (delivery.erased !== undefined) await forget(delivery.erased, services);
  if (await isAboutErased(delivery, state)) return { started: 0, known: 0, refused: [] };
  if (delivery.contact !== undefined) {
    const { subject, ...contact } = delivery.contact;
    await state.contacts.note(subject, {
      ...contact,
      addressKey: contact.email === undefined ? undefined : addressKey(contact.email),
    });
  }
  if (delivery.email !== undefined) await settleEmail(delivery.email, context);
  const news = delivery.customer && (await settleCustomer(delivery.customer, context));
  const events = delivery.events.map((event) => ({ ...event, subject: event.subject ?? news?.subject }));
  const { started, known, refused } = await acceptEvents([...events, ...(news?.events ?? [])], {
    deployment,
    services,
  });
  if (refused.length === 0) await news?.told();
  return { started: started.length, known: known.length, refused: refused.map(({ reason }) => reason) };
}

/** Ends the runs of somebody who was deleted, and removes what is kept of them. */
async function forget(subject: string, { state, queue }: Services): Promise<void> {
  await queue.cancel(await state.erasure.runsOf(subject));
  await state.erasure.erase(subject);
}

/** Webhooks come in any order: what was sent before a deletion may come after it. */
async function isAboutErased({ events, contact }: Delivery, state: State): Promise<boolean> {
  const subject = contact?.subject ?? events[0]?.subject;
  return subject !== undefined && (await state.erasure.wasErased(subject));
}

/** Counts what became of an email, and mails those no more who bounced or complained. */
async function settleEmail(report: EmailReport, context: DeliveryContext): Promise<void> {
  const { to, suppress } = report;
  const run = await noteEmail(report, context);
  if (suppress !== undefined)
    await Promise.all(
      to.map((address) => suppressAddress(address, { reason: suppress, subject: run?.subject }, context)),
    );
}

/** Mails an address no more, and ends the runs that would have. */
async function suppressAddress(
  address: string,
  { reason, subject }: { reason: SuppressionReason; subject: string | undefined },
  { services, deployment, findByEmail }: DeliveryContext,
): Promise<void> {
  const key = addressKey(address);
  await services.state.suppressions.add(key, reason);
  // An email of an audience's page names no one run of its recipient.
  const owner = subject || (await services.state.contacts.subjectOf(key)) || (await findByEmail(address));
  if (owner === undefined) return;
  const isMeant = (loop: string) => isOverWhenSuppressed(deployment.plans, loop);
  await exitRuns({ subject: owner, reason, isMeant }, services);
}
