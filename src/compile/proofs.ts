import { formatDuration } from '../config/index.ts';
import type { Plan, PlanAction } from '../plan/index.ts';
import { proveEmailBounds } from './email-bounds.ts';

/** What holds for all loops whatever happens, a sentence each. */
export function proofsOf(plans: readonly Plan[]): string[] {
  if (plans.length === 0) return [];
  return [boundsOf(plans), ...endsOf(plans), ...unsubscribingOf(plans), ...deadBranchesOf(plans)];
}

function boundsOf(plans: readonly Plan[]): string {
  const { perDay, perWeek, loops } = proveEmailBounds(plans);
  const shares = loops.map(
    (share) => `${share.loop} ${said(share.perDay)} a day (bound by ${share.because})`,
  );
  return `A person gets at most ${said(perDay)} emails in a day and ${said(perWeek)} in a week${shares.length === 0 ? '' : `: ${shares.join('; ')}`}.`;
}

const said = (bound: number): string =>
  bound === Number.POSITIVE_INFINITY ? 'any number of' : String(bound);

/** Every wait has an end, and a loop has no way back: the longest way is the sum of its waits. */
function endsOf(plans: readonly Plan[]): string[] {
  const longest = plans
    .map((plan) => ({ plan, seconds: lengthOf(plan) }))
    .sort((one, other) => other.seconds - one.seconds)[0];
  if (longest === undefined) return [];
  const { plan, seconds } = longest;
  const chained = plans.some(({ steps, longestWait }) =>
    steps.some(({ delay, condition }) => Math.max(delay, timeoutOf(condition)) > longestWait),
  );
  return [
    `Every run ends, the longest (${plan.loop}) within ${formatDuration(seconds)}.${chained ? ` Waits longer than ${formatDuration(plan.longestWait)}, which the Upstash plan allows, are chains of waits.` : ''}`,
  ];
}

function lengthOf({ steps }: Plan): number {
  return steps.reduce((sum, { delay, condition }) => sum + delay + timeoutOf(condition), 0);
}

function timeoutOf(condition: Plan['steps'][number]['condition']): number {
  return condition !== undefined && 'timeout' in condition ? condition.timeout : 0;
}

function unsubscribingOf(plans: readonly Plan[]): string[] {
  const emails = plans.flatMap(({ steps }) =>
    steps.flatMap(({ action, otherwise }) => [action, otherwise].filter((one) => one?.type === 'email')),
  ) as Array<Extract<PlanAction, { type: 'email' }>>;
  if (emails.length === 0) return [];
  const without = [
    ...new Set(emails.filter(({ kind }) => kind === 'transactional').map(({ template }) => template)),
  ];
  const exceptions = without.length === 0 ? '' : `, except the transactional ${without.join(', ')}`;
  return [`Every email can be unsubscribed from with one click${exceptions}.`];
}

/** A branch that no run can take. */
function deadBranchesOf(plans: readonly Plan[]): string[] {
  return plans.flatMap(({ loop, steps }) =>
    steps.flatMap(({ id, condition, otherwise }) =>
      otherwise !== undefined && timeoutOf(condition) === 0
        ? [`${loop}: the otherwise of ${id} is never done, as the step waits for nothing.`]
        : [],
    ),
  );
}
