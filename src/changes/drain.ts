import { checkCondition } from '../conditions/index.ts';
import type { Capture, CapturedChange, Database } from '../databases/index.ts';
import { messageOf } from '../errors/index.ts';
import { rowEvent, type SkeneEvent } from '../events/index.ts';
import type { Services } from '../intake/index.ts';
import { acceptEvents, leaveReached } from '../intake/index.ts';
import { askDatabase, isLookedFor, lookForGoals } from '../outcomes/index.ts';
import type { Deployment, PlanCondition } from '../plan/index.ts';
import type { StartResult } from '../runs/index.ts';
import { poll } from './poll.ts';

/** What draining needs. */
export interface DrainContext {
  deployment: Deployment;
  services: Services;
  database: () => Promise<Database>;
}

/** What a drain came to. */
export interface DrainResult {
  /** Rows carried to their runs. */
  handled: number;
  /** Of these, rows that the triggers had missed. */
  healed: number;
  /** Nothing was left when the drain ended. */
  isEmpty: boolean;
}

/** Rows per round: one QStash batch, a few Redis round trips. */
const BATCH = 100;

/** How long a claimed row is nobody else's; a drain that dies leaves its rows for this long. */
const LEASE_MS = 15_000;

/**
 * Carries changed rows to the runs they start or wake, until nothing is left or `budgetMs` is used up: from the outbox and then those
 * the triggers missed, or by polling where there are no triggers. Nothing is taken as carried before QStash has accepted its runs.
 * @param options.onLook called before each look at the outbox: rows that were committed before are carried when the drain is done.
 * @throws {ProviderError} when the database, Redis or QStash cannot be reached; the rows are still there for the next drain.
 */
export async function drainChanges(
  context: DrainContext,
  { budgetMs, onLook }: { budgetMs: number; onLook?: () => void },
): Promise<DrainResult> {
  const { capture, polling } = await context.database();
  const deadline = Date.now() + budgetMs;
  const result =
    capture === undefined
      ? await poll({ ...context, polling, accept: (events) => accept(events, context) }, deadline)
      : await drainOutbox({ ...context, capture, onLook }, deadline);
  await lookAround(context, deadline);
  return result;
}

/** Looks for goals that no row tells of, with what is left of the time. */
async function lookAround(context: DrainContext, deadline: number): Promise<void> {
  const { deployment, services, database } = context;
  const looking = { ...services, database, onTrouble: troubleOf(context) };
  for (const plan of deployment.plans.filter(isLookedFor)) {
    const budgetMs = deadline - Date.now();
    if (budgetMs <= 0) return;
    await leaveReached(await lookForGoals(plan, looking, { budgetMs }), services);
  }
}

function troubleOf({ services }: DrainContext) {
  return (text: string): void => services.report({ kind: 'trouble', text });
}

type CaptureContext = DrainContext & { capture: Capture; onLook?: (() => void) | undefined };

/** A row of the outbox is deleted once its runs are accepted; one that is refused is set aside and does not hold up the others. */
async function drainOutbox(context: CaptureContext, deadline: number): Promise<DrainResult> {
  const { outbox } = context.capture;
  const result: DrainResult = { handled: 0, healed: 0, isEmpty: false };
  while (Date.now() < deadline) {
    context.onLook?.();
    const captured = await outbox.claim({ limit: BATCH, leaseMs: LEASE_MS });
    if (captured.length > 0) {
      await carry(captured, context);
      result.handled += captured.length;
      continue;
    }
    const healed = await healMissed(context, deadline);
    result.handled += healed.rows;
    result.healed += healed.rows;
    result.isEmpty = healed.isWhole;
    break;
  }
  return result;
}

async function carry(captured: readonly CapturedChange[], context: CaptureContext): Promise<void> {
  const { outbox } = context.capture;
  const ids = captured.map(({ id }) => id);
  const events = captured.map(({ change }) => rowEvent(change));
  try {
    const { refused } = await accept(events, context);
    const reasons = new Map(refused.map(({ run, reason }) => [run.event.id, reason]));
    const reasonAt = (index: number) => reasons.get(events[index]?.id ?? '');
    await outbox.done(ids.filter((_, index) => reasonAt(index) === undefined));
    for (const [index, id] of ids.entries()) {
      const reason = reasonAt(index);
      if (reason !== undefined) await outbox.failed([id], reason);
    }
  } catch (error) {
    // The rows' leases run out by themselves should even this not reach the database.
    await outbox
      .released(ids)
      .catch((cause: unknown) => context.services.report({ kind: 'trouble', text: messageOf(cause) }));
    throw error;
  }
}

/** Reads the watched tables themselves where a trigger is known to have failed. */
async function healMissed(
  context: CaptureContext,
  deadline: number,
): Promise<{ rows: number; isWhole: boolean }> {
  const { healing } = context.capture;
  let rows = 0;
  for (const watch of await healing.unsure(context.deployment.watches)) {
    for (
      let page = await healing.next(watch, { limit: BATCH });
      page !== undefined;
      page = await healing.next(watch, { limit: BATCH })
    ) {
      const { refused } = await accept(page.changes.map(rowEvent), context);
      for (const { run, reason } of refused)
        context.services.report({ kind: 'trouble', text: `QStash refused ${run.runId}: ${reason}` });
      await page.settle();
      rows += page.changes.length;
      if (Date.now() > deadline) return { rows, isWhole: false };
    }
  }
  return { rows, isWhole: true };
}

function accept(events: readonly SkeneEvent[], context: DrainContext): Promise<StartResult> {
  return acceptEvents(events, {
    ...context,
    confirm: confirming(context),
    holds: askDatabase({ ...context, onTrouble: troubleOf(context) }),
  });
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
