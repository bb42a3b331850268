import { rowEventType, type SkeneEvent } from '../events/index.ts';
import type { Plan, PlanTrigger, Scalar } from './plan.ts';

/** A plan that an event starts, and for whom. */
export interface Match {
  plan: Plan;
  subject: string;
}

/** The plans an event starts. An event that names nobody starts nothing: there is no one to run the loop for. */
export function matchPlans(plans: readonly Plan[], event: SkeneEvent): Match[] {
  return plans.flatMap((plan) => {
    if (!isTriggeredBy(plan.trigger, event)) return [];
    const subject = subjectOf(plan.trigger, event);
    return subject === undefined ? [] : [{ plan, subject }];
  });
}

function isTriggeredBy(trigger: PlanTrigger, event: SkeneEvent): boolean {
  switch (trigger.type) {
    case 'database':
      return (
        event.type === rowEventType(trigger.table, trigger.operation) && hasValues(event.data, trigger.where)
      );
    case 'event':
      return event.type === trigger.name;
    case 'webhook':
      return event.type === `${trigger.provider}.${trigger.event}`;
    case 'schedule':
    case 'api':
      return false;
  }
}

function subjectOf(trigger: PlanTrigger, event: SkeneEvent): string | undefined {
  const value = trigger.type === 'database' ? event.data?.[trigger.subject] : event.subject;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

/** Whether `data` has every one of these values. A driver may give `1` or `"1"` for the same column, so text is compared. */
export function hasValues(
  data: Record<string, unknown> | undefined,
  values: Record<string, Scalar>,
): boolean {
  return Object.entries(values).every(([key, expected]) => {
    const found = data?.[key];
    return expected === null
      ? (found ?? null) === null
      : found !== null && found !== undefined && String(found) === String(expected);
  });
}
