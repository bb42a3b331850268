import { formatDuration } from '../config/index.ts';
import {
  namesOf,
  type Plan,
  type PlanAction,
  type PlanEmail,
  type PlanGoal,
  type PlanStep,
} from '../plan/index.ts';
import { proveEmailBounds } from './email-bounds.ts';

/** What holds for all loops whatever happens, a sentence each. */
export function proofsOf(plans: readonly Plan[]): string[] {
  if (plans.length === 0) return [];
  return [
    boundsOf(plans),
    ...endsOf(plans),
    timersOf(plans),
    ...unsubscribingOf(plans),
    ...goalsOf(plans),
    ...branchesOf(plans),
  ];
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
  return [`Every run ends, the longest (${plan.loop}) within ${formatDuration(seconds)}.`];
}

/** A wait that the Upstash plan does not allow is compiled into several that it does. */
function timersOf(plans: readonly Plan[]): string {
  const longestWait = Math.min(...plans.map((plan) => plan.longestWait));
  const chained = plans.flatMap(({ loop, steps }) =>
    steps
      .filter(({ delay, condition }) => Math.max(delay, timeoutOf(condition)) > longestWait)
      .map(({ id }) => `${loop} ${id}`),
  );
  return `No timer is longer than the ${formatDuration(longestWait)} that the Upstash plan allows${chained.length === 0 ? '' : `; ${chained.join(', ')} ${chained.length === 1 ? 'is a chain' : 'are chains'} of shorter ones`}.`;
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

/** What a loop exists for can be seen to happen: something tells of it, or it is looked for. */
function goalsOf(plans: readonly Plan[]): string[] {
  const goals = plans.flatMap(({ loop, goal }) => (goal === undefined ? [] : [{ loop, by: toldBy(goal) }]));
  const reached = goals.flatMap(({ loop, by }) => (by === undefined ? [] : [`${loop} by ${by}`]));
  const unseen = goals.flatMap(({ loop, by }) => (by === undefined ? [loop] : []));
  const which = unseen.length === 0 ? 'Every goal' : 'A goal';
  return [
    ...(reached.length === 0 ? [] : [`${which} can be reached: ${[...new Set(reached)].join('; ')}.`]),
    ...unseen.map((loop) => `${loop}: its goal cannot be reached, as nothing tells of it and nobody looks.`),
  ];
}

function toldBy({ sign, look }: PlanGoal): string | undefined {
  if (sign.type === 'event') return `the event ${namesOf(sign).join(' or ')}`;
  const tables = sign.type === 'query' ? [...new Set(sign.wakes.map(({ table }) => table))] : [];
  if (tables.length > 0) return `rows of ${tables.join(', ')}`;
  if (look !== undefined) return `a look every ${formatDuration(look)}`;
  return sign.type === 'activity' ? 'any event of the user' : undefined;
}

/** Branches that no run can take, or that there are none. */
function branchesOf(plans: readonly Plan[]): string[] {
  const dead = plans.flatMap((plan) => [
    ...(plan.rules?.holdout === 1
      ? [`${plan.loop}: nothing is ever done, as everybody is held out.`]
      : plan.steps.flatMap((step) => deadIn(step).map((what) => `${plan.loop}: ${what}.`))),
  ]);
  return dead.length === 0 ? ['No branch is dead.'] : dead;
}

function deadIn({ id, condition, action, otherwise }: PlanStep): string[] {
  const isUnlimited =
    condition?.type === 'usage' && Object.values(condition.limits).every((limit) => limit === 'unlimited');
  return [
    ...(isUnlimited ? [`${id} is never done, as no plan has a limit`] : []),
    ...(otherwise !== undefined && timeoutOf(condition) === 0
      ? [`the otherwise of ${id} is never done, as the step waits for nothing`]
      : []),
    ...[action, otherwise].flatMap((one) => (one?.type === 'email' ? unsentIn(one, id) : [])),
  ];
}

/** Everybody gets the variant that is pinned. */
function unsentIn({ variants }: PlanEmail, id: string): string[] {
  if (!variants.some(({ pinned }) => pinned)) return [];
  const unsent = variants.filter(({ pinned }) => !pinned).map((variant) => variant.id);
  return [
    `of ${id} the ${unsent.length === 1 ? 'variant' : 'variants'} ${unsent.join(', ')} ${unsent.length === 1 ? 'is' : 'are'} never sent, as another is pinned`,
  ];
}
