import type { Plan, PlanAction, PlanStep } from './plan.ts';

/** What a step may do: its action, or what is done when its condition times out. */
function actionsOf({ action, otherwise }: PlanStep): PlanAction[] {
  return otherwise === undefined ? [action] : [action, otherwise];
}

/** Whether a loop sends emails that nobody asked for: those heed suppressions, caps and quiet hours. */
export function sendsMarketing({ steps }: Pick<Plan, 'steps'>): boolean {
  return steps.flatMap(actionsOf).some((action) => action.type === 'email' && action.kind === 'marketing');
}
