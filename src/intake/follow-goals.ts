import type { SkeneEvent } from '../events/index.ts';
import {
  type GoalContext,
  hasGoal,
  noteGoals,
  type ReachedGoal,
  timeOf,
  trialSiteOf,
} from '../outcomes/index.ts';
import { AUDIENCE, type Deployment } from '../plan/index.ts';
import { exitRuns, type RunPayload, type StartResult } from '../runs/index.ts';
import type { Services } from './services.ts';

/** What following goals needs. */
export interface FollowContext {
  deployment: Deployment;
  services: Services;
  holds: GoalContext['holds'];
}

/** Notes who entered a loop with these events, counts who reached a goal, and ends the runs that have nothing left to do. */
export async function followGoals(
  events: readonly SkeneEvent[],
  { started, known }: Pick<StartResult, 'started' | 'known'>,
  { deployment, services, holds }: FollowContext,
): Promise<void> {
  const { state, now } = services;
  const entrance =
    (isRepeat: boolean) =>
    ({ plan, subject, event }: RunPayload) =>
      hasGoal(plan) && subject !== AUDIENCE
        ? [{ site: trialSiteOf(plan), subject, episode: event.id, at: timeOf(event, now()), isRepeat }]
        : [];
  await state.trials.enter([...started.flatMap(entrance(false)), ...known.flatMap(entrance(true))]);
  const columns = Object.fromEntries(deployment.watches.map(({ table, subjects }) => [table, subjects]));
  const reached = await noteGoals(events, { plans: deployment.plans, state, columns, now, holds });
  await leaveReached(reached, services);
}

/**
 * Ends the runs of who has reached the goal of their loop, where that is what its author wants. An audience's pass has no run of theirs: their
 * next page passes them over.
 */
export async function leaveReached(reached: readonly ReachedGoal[], services: Services): Promise<void> {
  for (const { plan, subject } of reached) {
    services.report({ kind: 'goal', loop: plan.loop, subject });
    if (!plan.goal.endsRuns || plan.trigger.type === 'schedule') continue;
    await exitRuns({ subject, reason: 'goal', isMeant: (loop) => loop === plan.loop }, services);
  }
}
