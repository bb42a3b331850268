import { type SkeneEvent, stableHash } from '../events/index.ts';
import type { Match, Plan } from '../plan/index.ts';

/** What a run carries from its start: all it needs to finish, whatever is deployed meanwhile. */
export interface RunPayload {
  version: 1;
  runId: string;
  plan: Plan;
  subject: string;
  /** The event that started it; its id keeps one entry of a subject apart from the next. */
  event: Pick<SkeneEvent, 'id' | 'type' | 'source' | 'time' | 'data'>;
  /** When it was started, ms since the epoch: however often QStash begins anew with it. Runs of earlier versions do not say. */
  startedAt?: number | undefined;
}

/** The larger an event, the dearer each delivery of its run: what is more than this is left to the database. */
const MOST_EVENT_BYTES = 64_000;

/** The payload of the run that an event starts. Its run id follows from the event, so that the same event starts the same run. */
export function runPayload({ plan, subject }: Match, event: SkeneEvent, now: number): RunPayload {
  const { id, type, source, time, data } = event;
  const isLarge = data !== undefined && JSON.stringify(data).length > MOST_EVENT_BYTES;
  const digest = stableHash([source, id, plan.loop, plan.entry, subject]);
  return {
    version: 1,
    runId: `wfr_${plan.loop}-${digest}`,
    plan,
    subject,
    event: { id, type, source, time, data: isLarge ? smallValues(data) : data },
    startedAt: now,
  };
}

function smallValues(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).filter(([, value]) => (JSON.stringify(value) ?? '').length <= 1_000),
  );
}
