import type { Polling } from '../databases/index.ts';
import { isSkeneError, messageOf, type SkeneError } from '../errors/index.ts';
import { rowEvent, type SkeneEvent } from '../events/index.ts';
import type { Services } from '../intake/index.ts';
import { type Deployment, isStartedBy, type Watch } from '../plan/index.ts';
import type { StartResult } from '../runs/index.ts';

/** What polling needs. */
export interface PollContext {
  deployment: Deployment;
  services: Services;
  polling: Polling;
  /** Starts and wakes runs; throws when some cannot be handed on. */
  accept: (events: readonly SkeneEvent[]) => Promise<StartResult>;
}

/** What polling came to; as of a drain. */
interface PollResult {
  handled: number;
  healed: number;
  isEmpty: boolean;
}

/** A table that no loop watched for so long, and does again, begins anew: nobody waits for an email about last month. */
const STALE_MS = 7 * 86_400_000;

/** A run that QStash refuses, when it takes others, holds its table up for so long; then those behind it go on without it. */
const REFUSED_MS = 86_400_000;

/** Rows per page: one QStash batch, a few Redis round trips. */
const PAGE = 100;

/**
 * Reads each watched table on from where it was left, until there is nothing more or the deadline is past. The cursor is kept
 * only once QStash has accepted what was read up to it: who is killed in between has the page read again, and the claims on its
 * events keep them from starting anything twice. A watch that cannot be polled holds up no other. Nor does one with many
 * rows: the time is shared out.
 */
export async function poll(context: PollContext, deadline: number): Promise<PollResult> {
  const result: PollResult = { handled: 0, healed: 0, isEmpty: true };
  const { watches } = context.deployment;
  for (const [index, watch] of watches.entries()) {
    const share = (deadline - Date.now()) / (watches.length - index);
    try {
      await reportRefusals(watch, context);
      const { rows, isWhole } = await pollWatch(watch, context, Date.now() + share);
      result.handled += rows;
      result.isEmpty &&= isWhole;
    } catch (error) {
      if (!isLasting(error)) throw error;
      context.services.report({ kind: 'trouble', text: refusalText(watch, error) });
    }
  }
  return result;
}

/** Says of each operation that starts a loop and cannot be polled why; what only wakes runs is looked at again by them. */
async function reportRefusals(watch: Watch, { deployment, services, polling }: PollContext): Promise<void> {
  const { refused } = await polling.check(watch);
  for (const { operation, reason, hint } of refused) {
    if (isStartedBy(deployment.plans, { table: watch.table, operation }))
      services.report({ kind: 'trouble', text: `${reason} ${hint}` });
  }
}

async function pollWatch(
  watch: Watch,
  { services, polling, accept }: PollContext,
  deadline: number,
): Promise<{ rows: number; isWhole: boolean }> {
  const { cursors } = services.state;
  let { cursor, at } = await keptCursor(watch, services);
  let rows = 0;
  while (Date.now() < deadline) {
    const page = await polling.next(watch, { cursor, limit: PAGE });
    if (page.changes.length > 0) {
      const { refused } = await accept(page.changes.map(rowEvent));
      for (const { run, reason } of refused)
        services.report({ kind: 'trouble', text: `QStash refused ${run.runId}: ${reason}` });
      if (refused.length > 0 && Date.now() - at < REFUSED_MS) return { rows, isWhole: false };
    }
    cursor = page.cursor;
    at = Date.now();
    await cursors.set(watch.table, cursor, at);
    rows += page.changes.length;
    if (page.isLast) return { rows, isWhole: true };
  }
  return { rows, isWhole: false };
}

/** Where a table was left; not where nobody has polled it for so long that what happened since is no news. */
async function keptCursor(
  { table }: Watch,
  { state, report }: Services,
): Promise<{ cursor: string | undefined; at: number }> {
  const kept = await state.cursors.get(table);
  if (kept === undefined) return { cursor: undefined, at: Date.now() };
  if (Date.now() - kept.at < STALE_MS) return kept;
  const since = new Date(kept.at).toISOString();
  report({ kind: 'trouble', text: `${table} was last polled at ${since}: it is watched from now on.` });
  return { cursor: undefined, at: Date.now() };
}

/** Whether it is the configuration or the table that is at fault, and not the moment. */
function isLasting(error: unknown): error is SkeneError {
  return isSkeneError(error, 'CONFIG_INVALID') || isSkeneError(error, 'QUERY_FAILED');
}

function refusalText({ table }: Watch, error: SkeneError): string {
  return [`${table} cannot be polled: ${messageOf(error)}`, error.hint].filter(Boolean).join(' ');
}
