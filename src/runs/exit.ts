import { type Plan, sendsMarketing } from '../plan/index.ts';
import type { State } from '../state/index.ts';
import type { Queue } from './queue.ts';

/** Why somebody leaves the loops they are in. */
export interface Exit {
  subject: string;
  /** As it is written down: `unsubscribed`, `bounced`, `goal`... */
  reason: string;
  /** Whether a run of this loop ends; all do unless told. */
  isMeant?: ((loop: string) => boolean) | undefined;
}

/** What ending runs needs. */
export interface ExitContext {
  state: Pick<State, 'runLog' | 'waits' | 'claims'>;
  queue: Pick<Queue, 'cancel'>;
  now: () => number;
}

/**
 * Ends the runs that a subject is in, those that wait included. Told again it changes nothing.
 * @returns the runs that were ended, by their ids.
 * @throws {ProviderError} when Redis or QStash cannot be reached: the sender has to try again.
 */
export async function exitRuns(
  { subject, reason, isMeant = () => true }: Exit,
  { state, queue, now }: ExitContext,
): Promise<string[]> {
  const runs = (await state.runLog.ofSubject(subject)).filter(
    ({ endedAt, loop }) => endedAt === undefined && isMeant(loop),
  );
  if (runs.length === 0) return [];
  const runIds = runs.map(({ runId }) => runId);
  const workflowRunIds = runs.flatMap(({ runId, resumedAs }) => [
    runId,
    ...(resumedAs === undefined ? [] : [resumedAs]),
  ]);
  await queue.cancel(workflowRunIds);
  const at = now();
  await state.runLog.record(
    runs.map(({ runId, loop }) => ({
      runId,
      loop,
      subject,
      outcome: 'exited',
      step: '',
      at,
      detail: { reason },
      final: true,
    })),
  );
  await Promise.all([state.waits.drop(subject, workflowRunIds), state.claims.settle(runIds, 'ended')]);
  return runIds;
}

/** Whether there is nothing left in a loop for somebody who must not be mailed: it sends marketing, or nobody knows it any more. */
export function isOverWhenSuppressed(plans: readonly Plan[], loop: string): boolean {
  const known = plans.filter((plan) => plan.loop === loop);
  return known.length === 0 || known.some(sendsMarketing);
}
