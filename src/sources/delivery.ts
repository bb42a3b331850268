import type { SkeneEvent } from '../events/index.ts';
import type { SuppressionReason } from '../state/index.ts';

/** A webhook as it came: its headers, and its body before anybody parsed it. */
export interface RawDelivery {
  url: string;
  headers: Headers;
  body: string;
}

/** What a verified webhook tells, in our terms. Told twice, it is the same. */
export interface Delivery {
  events: SkeneEvent[];
  /** How somebody is reached. `at` is when it was so, ms since the epoch. */
  contact?:
    | { subject: string; email?: string | undefined; name?: string | undefined; at: number }
    | undefined;
  /** Somebody who is to be forgotten. */
  erased?: string | undefined;
  /** What became of an email. */
  email?: EmailReport | undefined;
  /** A customer whose subscription may have changed. */
  customer?: CustomerNews | undefined;
}

/** What became of an email that was sent. */
export interface EmailReport {
  outcome: 'delivered' | 'opened' | 'clicked' | 'bounced' | 'complained' | 'delayed' | 'failed';
  /** The run and the step that sent it, where its tags say so. */
  runId?: string | undefined;
  step?: string | undefined;
  /** The variant it was, where there are variants. */
  variant?: string | undefined;
  /** Whom it was sent to. */
  to: string[];
  /** Why these addresses must not be mailed again, when they must not. */
  suppress?: Extract<SuppressionReason, 'bounced' | 'complained'> | undefined;
  at: number;
}

/** A customer of the billing provider, and whose it may be: the first of these that is known. */
export interface CustomerNews {
  id: string;
  /** The user's id, as the application gave it to the provider. */
  subject?: string | undefined;
  /** The address the customer gave; for those whose id is not known. */
  email?: string | undefined;
  /** Whether the news may be about a subscription. */
  mayHaveChanged: boolean;
}

/** Nothing that concerns anybody here. */
export const NOTHING: Delivery = { events: [] };
