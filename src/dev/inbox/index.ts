import type { Place } from '../../dashboard/index.ts';
import type { Clock } from '../clock.ts';
import { createApi } from './api.ts';
import { createFaults, type Fault } from './faults.ts';
import { createPages } from './pages.ts';
import { createStore, type StoredEmail } from './store.ts';

export type { Fault } from './faults.ts';
export type { StoredEmail } from './store.ts';

/** The local stand-in for Resend: what is sent to it can be read, and goes nowhere else. */
export interface Inbox {
  /** Answers a request to Resend's API, or for one of the pages on which people read the emails. */
  handle(request: Request): Promise<Response>;
  /** All emails, oldest first. */
  emails(): StoredEmail[];
  /** Calls back for each email as it arrives; returns what ends that. */
  onEmail(callback: (email: StoredEmail) => void): () => void;
  /** Makes the next `times` requests that send fail, once unless told. */
  fail(fault: Fault, times?: number): void;
  /** How many requests are still going to fail. */
  readonly failing: number;
  /** Takes back the failures that have not happened yet. */
  recover(): void;
  close(): void;
}

/**
 * Creates an inbox.
 * @param options.journal the file that keeps the emails; in memory when absent.
 * @param options.clock what time it is: idempotency keys are forgotten after a day of it.
 * @param options.domains what counts as verified at Resend; `example.com` unless told.
 * @param options.places the navigation of its pages; none unless told.
 */
export function createInbox({
  journal,
  clock,
  domains = () => ['example.com'],
  places = [],
}: {
  journal?: string | undefined;
  clock: Clock;
  domains?: () => readonly string[];
  places?: readonly Place[];
}): Inbox {
  const store = createStore(journal, clock);
  const faults = createFaults();
  const listeners = new Set<(email: StoredEmail) => void>();
  const app = createApi({
    store,
    faults,
    domains,
    announce: (email) => {
      for (const listener of listeners) listener(email);
    },
  });
  app.route('/', createPages(store, places));

  return {
    handle: async (request) => app.fetch(request),
    emails: () => store.all(),
    onEmail(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    fail: (fault, times = 1) => faults.add(fault, times),
    get failing() {
      return faults.left();
    },
    recover: () => faults.clear(),
    close: () => store.close(),
  };
}
