import { formatDuration } from '../config/index.ts';
import type { Plan, PlanRules } from '../plan/index.ts';

/** Says in words whom a plan may mail, and how often; a line each. */
export function describeRules({ rules, trigger }: Plan): string[] {
  if (rules === undefined) return [];
  const { caps, reentry, quietHours, holdout } = rules;
  return [
    ...caps.map(
      ({ scope, cap, period }) =>
        `at most ${cap} email${cap === 1 ? '' : 's'} in ${formatDuration(period)}${scope === 'all' ? ', over all loops' : ''}`,
    ),
    ...(trigger.type === 'schedule' || typeof reentry === 'object' || reentry === 'never'
      ? [describeReentry(reentry)]
      : []),
    ...(quietHours === undefined ? [] : [describeQuietHours(quietHours)]),
    ...(holdout > 0
      ? [`${Math.round(holdout * 1_000) / 10} % get nothing, to measure the others against`]
      : []),
  ];
}

function describeReentry(reentry: PlanRules['reentry']): string {
  if (typeof reentry === 'object') return `again after ${formatDuration(reentry.cooldown)}`;
  const words = {
    episode: 'again once somebody has left the audience and come back',
    never: 'never again',
    always: 'again at every tick',
  };
  return words[reentry];
}

function describeQuietHours({ from, to, timezone }: NonNullable<PlanRules['quietHours']>): string {
  const clock = timezone === 'contact' ? 'by the clock of the contact' : `in ${timezone}`;
  return `no email from ${timeOfDay(from)} to ${timeOfDay(to)}, ${clock}`;
}

function timeOfDay(minutes: number): string {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
