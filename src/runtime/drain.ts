import { checkCondition } from '../conditions/index.ts';
import type { Database } from '../databases/index.ts';
import { rowEvent } from '../events/index.ts';
import type { Deployment, PlanCondition } from '../plan/index.ts';
import { acceptEvents } from './accept.ts';
import type { Services } from './services.ts';

/** What draining needs. */
export interface DrainContext {
  deployment: Deployment;
  services: Services;
  database: () => Promise<Database>;
}

/** Rows per round: one QStash batch, a few Redis round trips. */
const BATCH = 100;

/** How long a claimed row is nobody else's; a drain that dies leaves its rows for this long. */
const LEASE_MS = 15_000;

/**
 * Carries the outbox's rows to the runs they start or wake, until it is empty or `budgetMs` is used up. A row is deleted only after
 * QStash has accepted its runs; one that is refused is set aside, so that it does not hold up the others.
 * @returns how many rows were handled, and whether more are waiting.
 */
export async function drainOutbox(
  context: DrainContext,
  { budgetMs }: { budgetMs: number },
): Promise<{ handled: number; isEmpty: boolean }> {
  const { outbox } = await context.database();
  const began = Date.now();
  let handled = 0;
  while (Date.now() - began < budgetMs) {
    const captured = await outbox.claim({ limit: BATCH, leaseMs: LEASE_MS });
    if (captured.length === 0) return { handled, isEmpty: true };
    const events = captured.map(({ change }) => rowEvent(change));
    const { refused } = await acceptEvents(events, { ...context, confirm: confirming(context) });
    const reasons = new Map(refused.map(({ run, reason }) => [run.event.id, reason]));
    const isRefused = (index: number) => reasons.has(events[index]?.id ?? '');
    await outbox.done(captured.filter((_, index) => !isRefused(index)).map(({ id }) => id));
    for (const [index, { id }] of captured.entries()) {
      if (isRefused(index)) await outbox.failed([id], reasons.get(events[index]?.id ?? '') ?? '');
    }
    handled += captured.length;
  }
  return { handled, isEmpty: false };
}

/** A look that fails counts as true: the run looks for itself, with retries and a record of what went wrong. */
function confirming({ services, database }: DrainContext) {
  return async (condition: PlanCondition, subject: string): Promise<boolean> => {
    try {
      return (await checkCondition(condition, { subject, since: 0 }, { database, state: services.state }))
        .met;
    } catch {
      return true;
    }
  };
}
