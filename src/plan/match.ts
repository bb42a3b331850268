import { type RowOperation, rowEventType, type SkeneEvent } from '../events/index.ts';
import type { Plan, PlanTrigger, Scalar } from './plan.ts';

/** The subject of a run that is about an audience: nobody in particular. */
export const AUDIENCE = '';

/** The event of the gate's that tells of the first call in a period for which there was no room. */
export const BLOCKED = 'usage.blocked';

/** By which name a schedule calls for a plan: `retention.step-1`. */
export function taskOf({ loop, entry }: Pick<Plan, 'loop' | 'entry'>): string {
  return `${loop}.${entry}`;
}

/** The type of the event that tells of a tick of a plan's schedule. */
export function tickEventType(plan: Pick<Plan, 'loop' | 'entry'>): string {
  return `schedule.${taskOf(plan)}`;
}

/** A plan that an event starts, and for whom. */
export interface Match {
  plan: Plan;
  subject: string;
}

/** The plans an event starts. An event that names nobody starts nothing: there is no one to run the loop for. */
export function matchPlans(plans: readonly Plan[], event: SkeneEvent): Match[] {
  return plans.flatMap((plan) => {
    if (!isTriggeredBy(plan, event)) return [];
    const subject = subjectOf(plan.trigger, event);
    return subject === undefined ? [] : [{ plan, subject }];
  });
}

function isTriggeredBy(plan: Plan, event: SkeneEvent): boolean {
  const { trigger } = plan;
  switch (trigger.type) {
    case 'database':
      return (
        event.type === rowEventType(trigger.table, trigger.operation) && hasValues(event.data, trigger.where)
      );
    case 'event':
      return event.type === trigger.name;
    case 'webhook':
      return (
        event.type === `${trigger.provider}.${trigger.event}` && hasValues(event.data, trigger.where ?? {})
      );
    case 'schedule':
      return event.type === tickEventType(plan);
    case 'api':
      return event.type === BLOCKED && hasValues(event.data, { loop: plan.loop, step: plan.entry });
  }
}

function subjectOf(trigger: PlanTrigger, event: SkeneEvent): string | undefined {
  if (trigger.type === 'schedule') return AUDIENCE;
  const value = trigger.type === 'database' ? event.data?.[trigger.subject] : event.subject;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

/** Whether some loop is started by this operation on this table. */
export function isStartedBy(
  plans: readonly Plan[],
  { table, operation }: { table: string; operation: RowOperation },
): boolean {
  return plans.some(
    ({ trigger }) =>
      trigger.type === 'database' && trigger.table === table && trigger.operation === operation,
  );
}

/**
 * Whether `data` has every one of these values. A driver may give `1` or `"1"` for the same column, so text is compared; where a
 * database keeps booleans as numbers, `true` is 1.
 */
export function hasValues(
  data: Record<string, unknown> | undefined,
  values: Record<string, Scalar>,
): boolean {
  return Object.entries(values).every(([key, expected]) => {
    const found = data?.[key];
    return expected === null
      ? (found ?? null) === null
      : found !== null && found !== undefined && isSame(found, expected);
  });
}

function isSame(found: unknown, expected: Scalar): boolean {
  const asBit = (value: unknown): string => String(typeof value === 'boolean' ? Number(value) : value);
  return String(found) === String(expected) || asBit(found) === asBit(expected);
}
