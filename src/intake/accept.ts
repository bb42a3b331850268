import type { SkeneEvent } from '../events/index.ts';
import type { Deployment } from '../plan/index.ts';
import { type StartResult, startRuns, type WakeContext, wakeRuns } from '../runs/index.ts';
import { noteConversions } from './conversions.ts';
import { type FollowContext, followGoals } from './follow-goals.ts';
import type { Services } from './services.ts';

/** What accepting events needs. */
export interface AcceptContext {
  deployment: Deployment;
  services: Services;
  /** Looks at a condition before its run is woken; left out where no database is at hand. */
  confirm?: WakeContext['confirm'];
  /** Asks a goal's query; left out likewise. */
  holds?: FollowContext['holds'];
}

/**
 * Takes events in: notes them, starts the runs they ask for and wakes those that wait for them. When it returns, QStash has every
 * run but those in `refused`; when it throws, the events have to be handed in again, which starts nothing twice.
 */
export async function acceptEvents(
  events: readonly SkeneEvent[],
  { deployment, services, confirm, holds }: AcceptContext,
): Promise<StartResult> {
  const { env, state, queue, now, report } = services;
  for (const { type, subject, id } of events) report({ kind: 'event', type, subject, id });
  await state.sightings.note(events.flatMap((event) => sightingOf(event, now())));

  await noteConversions(events, deployment.plans, services);

  const result = await startRuns(events, {
    plans: deployment.plans,
    state,
    queue,
    functionsUrl: env.functionsUrl,
    headers: env.bypassHeaders,
    now,
  });
  for (const { runId, plan, subject } of result.started)
    report({ kind: 'run', runId, loop: plan.loop, subject });
  for (const { runId, plan, subject } of result.barred)
    report({
      kind: 'outcome',
      runId,
      loop: plan.loop,
      subject,
      outcome: 'skipped',
      detail: { reason: 'reentry' },
    });

  const woken = await wakeRuns(events, {
    state,
    queue,
    watches: deployment.watches,
    ...(confirm && { confirm }),
  });
  for (const { runId, loop, subject } of woken) report({ kind: 'wake', runId, loop, subject });
  await followGoals(events, result, { deployment, services, holds });
  return result;
}

/** Rows can be looked up again in their table; other events are remembered here. */
function sightingOf({ type, subject, data }: SkeneEvent, at: number) {
  return subject === undefined || type.startsWith('db.')
    ? []
    : [{ subject, event: type, at, data: data ?? {} }];
}
