import type { SkeneEvent } from '../events/index.ts';
import { AUDIENCE, matchPlans, type Plan } from '../plan/index.ts';
import { type ClaimState, type EntryClaim, placeOf, type RunFact, type State } from '../state/index.ts';
import { type RunPayload, runPayload } from './payload.ts';
import type { Queue } from './queue.ts';

/** What starting runs needs. */
export interface StartContext {
  plans: readonly Plan[];
  state: Pick<State, 'claims' | 'runLog' | 'underWay'>;
  queue: Queue;
  /** Where the functions are reached. */
  functionsUrl: string;
  /** Headers that every delivery carries (Vercel's protection bypass). */
  headers: Record<string, string>;
  now: () => number;
}

/** What became of the runs that events asked for. */
export interface StartResult {
  started: RunPayload[];
  /** Runs that had been started before, by the same event. */
  known: RunPayload[];
  /** Runs of subjects who have been through the loop, and may not enter it again, or not yet. */
  barred: RunPayload[];
  /** Runs that QStash would not take, and why: their events have to be handed in again, or set aside. */
  refused: Array<{ run: RunPayload; reason: string }>;
}

/** The version of the step protocol: a change of step names or their order is a new version with a route of its own. */
export const STEP_PROTOCOL = 'v1';

/** QStash takes batches of any length; this keeps one request, and what is repeated when it fails, small. */
const BATCH = 100;

/**
 * Starts the runs of all plans that these events match. Claims come first and are settled only when QStash has accepted, so an event
 * that is handed in again after a failure starts what is missing and nothing twice.
 * @throws {ProviderError} when Redis or QStash cannot be reached: the sender has to try again.
 */
export async function startRuns(events: readonly SkeneEvent[], context: StartContext): Promise<StartResult> {
  const wanted = new Map<string, RunPayload>();
  for (const event of events) {
    for (const match of matchPlans(context.plans, event)) {
      const payload = runPayload(match, event, context.now());
      wanted.set(payload.runId, payload);
    }
  }
  const result: StartResult = { started: [], known: [], barred: [], refused: [] };
  const payloads = [...wanted.values()];
  for (let from = 0; from < payloads.length; from += BATCH)
    await startBatch(payloads.slice(from, from + BATCH), context, result);
  return result;
}

async function startBatch(payloads: RunPayload[], context: StartContext, result: StartResult): Promise<void> {
  const { claims, runLog, underWay } = context.state;
  const states = await claims.claim(payloads.map(entryClaim), context.now());
  const inState = (...wanted: ClaimState[]) =>
    payloads.filter((_, index) => wanted.some((state) => state === states[index]));
  const fresh = inState('new', 'starting');
  result.known.push(...inState('started', 'ended', 'refused'));
  const barred = inState('barred');
  result.barred.push(...barred);

  const answers = await context.queue.start(fresh.map((payload) => triggerOf(payload, context)));
  const accepted: RunPayload[] = [];
  for (const [index, run] of fresh.entries()) {
    const answer = answers[index];
    if (answer?.accepted) accepted.push(run);
    else result.refused.push({ run, reason: answer?.reason ?? 'QStash did not answer for it' });
  }

  await underWay.notePlans(
    accepted.map(({ plan }) => plan),
    context.now(),
  );
  // Who was killed right after QStash had accepted has not written it down; the run may be over by now.
  const begun = [...accepted, ...inState('ended')];
  await runLog.record([
    ...begun.map((payload) => startedFact(payload, context.now())),
    ...barred.map((payload) => barredFact(payload, context.now())),
  ]);
  await claims.settle(
    accepted.map((payload) => payload.runId),
    'started',
  );
  result.started.push(...accepted);
}

/** Who may enter an audience's loop again is decided page by page. */
function entryClaim({ runId, plan, subject }: RunPayload): EntryClaim {
  const { loop, entry, rules } = plan;
  const reentry = rules?.reentry ?? 'always';
  return typeof reentry === 'object' || reentry === 'never'
    ? { runId, entry: subject === AUDIENCE ? undefined : { loop, entry, subject, reentry } }
    : { runId };
}

function triggerOf(payload: RunPayload, { functionsUrl, headers }: StartContext) {
  return {
    runId: payload.runId,
    url: `${functionsUrl}/workflows/${STEP_PROTOCOL}/${payload.plan.type}`,
    payload,
    label: payload.plan.loop,
    recovery: payload.plan.recovery,
    headers,
    // Passes share the rate at which the provider takes batches.
    flowKey: payload.plan.trigger.type === 'schedule' ? 'skene.audience' : undefined,
  };
}

function startedFact({ runId, plan, subject, event }: RunPayload, at: number): RunFact {
  return {
    runId,
    loop: plan.loop,
    subject,
    outcome: 'started',
    step: '',
    at,
    detail: { event: event.type, plan: plan.hash },
    place: placeOf(plan, plan.entry),
  };
}

function barredFact({ runId, plan, subject }: RunPayload, at: number): RunFact {
  return {
    runId,
    loop: plan.loop,
    subject,
    outcome: 'skipped',
    step: '',
    at,
    detail: { reason: 'reentry' },
    final: true,
  };
}
