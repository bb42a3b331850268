import type { RunRecord, Subscription } from '../state/index.ts';
import type { Operations } from './runs.ts';

/** Everything that is kept about a person (GDPR article 15). */
interface SubjectExport {
  subject: string;
  contact: unknown;
  subscription: Subscription | undefined;
  runs: RunRecord[];
  /** Field by field as it is kept: emails sent, waits, events seen. */
  facts: unknown;
}

/** Reads everything that is kept about a person. What the team's own database says of them is not here. */
export async function exportSubject(subject: string, { state }: Operations): Promise<SubjectExport> {
  const [{ contact, facts }, subscription, runs] = await Promise.all([
    state.erasure.dump(subject),
    state.subscriptions.of(subject),
    state.runLog.ofSubject(subject),
  ]);
  return { subject, contact, subscription, runs, facts };
}

/**
 * Ends the runs of a person and removes what is kept about them (GDPR article 17). What comes about them within 30 days is turned away.
 * @returns how many runs there had been.
 */
export async function eraseSubject(subject: string, { state, queue }: Operations): Promise<number> {
  const runIds = await state.erasure.runsOf(subject);
  await queue.cancel(runIds);
  await state.erasure.erase(subject);
  return runIds.length;
}
