import type { Plan, PlanGoal } from '../plan/index.ts';
import type { TrialSite } from '../state/index.ts';

/** A plan that has a goal. */
export type PlanWithGoal = Plan & { goal: PlanGoal };

/** Whether a plan has a goal; those that runs carry from before there were goals have none. */
export function hasGoal(plan: Plan): plan is PlanWithGoal {
  return plan.goal !== undefined;
}

/** Under which name a plan's goal is counted. */
export function trialSiteOf({ loop, entry, goal }: PlanWithGoal): TrialSite {
  return { loop, entry, goal: goal.hash, within: goal.within, firstLook: goal.look };
}
