import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { createMemoryJournal, openJournal } from '../journal.ts';

/** An email as the inbox took it. */
export interface StoredEmail {
  id: string;
  /** When it was taken, ms since the epoch by the stack's clock. */
  at: number;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string | undefined;
  text: string | undefined;
  headers: Record<string, string>;
  tags: Record<string, string>;
}

/** What one request left behind: its emails, and by which key a repetition of it is known. */
interface Accepted {
  emails: StoredEmail[];
  key?: string | undefined;
  digest?: string | undefined;
}

/** What is known of an idempotency key. */
export type Repetition = 'new' | 'other-content' | { ids: string[] };

/** Resend remembers an idempotency key for a day. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Keeps emails and idempotency keys, in the journal at `path` or in memory. */
export function createStore(path: string | undefined, clock: Clock) {
  const emails = new Map<string, StoredEmail>();
  const requests = new Map<string, { at: number; digest: string; ids: string[] }>();

  function remember({ emails: accepted, key, digest = '' }: Accepted): void {
    for (const email of accepted) emails.set(email.id, email);
    const at = accepted[0]?.at;
    if (key !== undefined && at !== undefined) {
      requests.set(key, { at, digest, ids: accepted.map(({ id }) => id) });
    }
  }
  const journal = path === undefined ? createMemoryJournal<Accepted>() : openJournal(path, remember);

  return {
    /** What became of an earlier request with this key. */
    find(key: string, content: string): Repetition {
      const earlier = requests.get(key);
      if (earlier === undefined || clock.now() - earlier.at >= KEY_LIFETIME_MS) return 'new';
      return earlier.digest === digestOf(content) ? { ids: earlier.ids } : 'other-content';
    },
    /** Takes the emails of one request; it is on disk when this returns. */
    accept(
      drafts: Array<Omit<StoredEmail, 'id' | 'at'>>,
      { key, content }: { key: string | undefined; content: string },
    ): StoredEmail[] {
      const taken = drafts.map((draft) => ({ id: randomUUID(), at: clock.now(), ...draft }));
      const accepted = { emails: taken, ...(key === undefined ? {} : { key, digest: digestOf(content) }) };
      journal.append(accepted);
      remember(accepted);
      return taken;
    },
    get: (id: string) => emails.get(id),
    /** All emails, oldest first. */
    all: () => [...emails.values()],
    close: () => journal.close(),
  };
}

/** What {@link createStore} makes. */
export type Store = ReturnType<typeof createStore>;

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64url');
}
