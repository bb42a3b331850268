import type { StoredEmail } from '../../src/dev/inbox/index.ts';

/** A run that QStash was asked to start, and took. */
export interface TakenRun {
  runId: string;
  loop: string;
  subject: string;
  eventId: string;
  planHash: string;
  at: number;
}

/** What the outside world has received, written down where it arrives. */
export interface Ledger {
  readonly emails: readonly StoredEmail[];
  readonly runs: readonly TakenRun[];
  /** Orders the partner has been given, by subject: the keys they came under. */
  readonly orders: ReadonlyMap<string, readonly string[]>;
  /** When an event of the app about somebody last reached the functions, ms since the epoch. */
  lastHeard(subject: string): number;
  /** Notes that an event of this name (`event trial-41`) has reached them. */
  hear(name: string): void;
  email(email: StoredEmail): void;
  /** Lets a request to QStash pass, and notes the runs that it has started. */
  watchTriggers(request: Request, handle: (request: Request) => Promise<Response>): Promise<Response>;
  partner(request: Request): Promise<Response>;
}

interface BatchItem {
  headers?: Record<string, string>;
  body?: string;
}

export function createLedger(now: () => number): Ledger {
  const emails: StoredEmail[] = [];
  const runs: TakenRun[] = [];
  const orders = new Map<string, string[]>();
  const heard = new Map<string, number>();

  function noteRun(item: BatchItem, answer: unknown): void {
    const isTaken =
      typeof answer === 'object' &&
      answer !== null &&
      'messageId' in answer &&
      !('deduplicated' in answer && answer.deduplicated);
    if (item.headers?.['upstash-workflow-init'] !== 'true' || !isTaken) return;
    const { runId, subject, plan, event } = JSON.parse(item.body ?? '{}');
    runs.push({ runId, loop: plan.loop, subject, eventId: event.id, planHash: plan.hash, at: now() });
  }

  return {
    emails,
    runs,
    orders,
    lastHeard: (subject) => heard.get(subject) ?? 0,
    hear(name) {
      const subject = /^event [a-z]+-(\d+)$/.exec(name)?.[1];
      if (subject !== undefined) heard.set(subject, now());
    },
    email: (email) => void emails.push(email),
    async watchTriggers(request, handle) {
      if (!request.url.endsWith('/v2/batch')) return handle(request);
      const items = (await request.clone().json()) as BatchItem[];
      const answer = await handle(request);
      const answers: unknown = await answer.clone().json();
      if (Array.isArray(answers)) for (const [index, item] of items.entries()) noteRun(item, answers[index]);
      return answer;
    },
    async partner(request) {
      const { subject, key } = (await request.json()) as { subject: string; key: string };
      orders.set(subject, [...(orders.get(subject) ?? []), key]);
      return Response.json({ ok: true });
    },
  };
}
