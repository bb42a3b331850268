import { formatDuration } from '../config/index.ts';
import {
  namesOf,
  type Plan,
  type PlanAction,
  type PlanCondition,
  type PlanStep,
  type PlanTrigger,
  type UsagePeriod,
} from '../plan/index.ts';
import { describeGoal } from './describe-goal.ts';
import { describeRules } from './describe-rules.ts';

/** How many messages QStash bills for one run, by how it goes. */
export interface BilledMessages {
  /** The condition is true when the run looks first. */
  metAtOnce: number;
  /** It becomes true while the run waits. */
  metWaiting: number;
  timedOut: number;
}

/** Says a plan in words, a line each. */
export function describePlan(plan: Plan): string[] {
  const isAudience = plan.trigger.type === 'schedule';
  return [
    `${plan.loop} (${plan.type}) ${plan.hash.slice(0, 7)}`,
    `  when ${describeTrigger(plan.trigger)}`,
    ...plan.steps.flatMap((step, index) =>
      (isAudience ? describeAudienceStep(step, index === 0) : describeStep(step)).map((line) => `  ${line}`),
    ),
    ...[...describeRules(plan), ...describeGoal(plan)].map((line) => `  ${line}`),
    `  retries ${plan.recovery.retries}${plan.recovery.retries > 0 ? `, after ${plan.recovery.retryDelay} ms` : ''}`,
    ...(plan.onChange === undefined ? [] : [`  ${ON_CHANGE[plan.onChange]}`]),
    `  billed messages: ${isAudience ? AUDIENCE_MESSAGES : describeMessages(billedMessages(plan))}`,
  ];
}

const ON_CHANGE = {
  follow: 'when the loop is changed, runs under way go on by what it says then',
  drain: 'when the loop is changed, runs under way finish their step and begin no other',
};

/** A step works for 15 seconds, and sends four batches of a hundred in each: see the runtime. */
const AUDIENCE_MESSAGES = '3 for each pass, its tick included, and one more for about every 6000 emails';

function describeMessages({ metAtOnce, metWaiting, timedOut }: BilledMessages): string {
  return `${metAtOnce} if true at once, ${metWaiting} if met while waiting, ${timedOut} if timed out`;
}

/** Who of an audience a step is for: the first selects it, a later one looks at who is in it still. */
function describeAudienceStep({ condition, delay, action, after }: PlanStep, isFirst: boolean): string[] {
  const limit = isFirst && condition !== undefined && 'timeout' in condition ? condition.timeout : undefined;
  const who = condition === undefined ? '' : describeCondition(condition);
  return [
    ...(delay > 0
      ? [`at the first tick ${formatDuration(delay)} later, for who is in the audience still`]
      : []),
    ...(who === ''
      ? []
      : [
          `${isFirst ? '' : 'if '}${who}${limit === undefined ? '' : `, in a pass of up to ${formatDuration(limit)}`}`,
        ]),
    `then ${describeAction(action)}`,
    ...(after === undefined ? [] : [`after that, ${after.replace(/\s+/g, ' ').trim()}`]),
  ];
}

/** What starts a run, in words. */
export function describeTrigger(trigger: PlanTrigger): string {
  switch (trigger.type) {
    case 'database': {
      const where = Object.entries(trigger.where).map(
        ([column, value]) => ` with ${column} = ${JSON.stringify(value)}`,
      );
      return `a row is ${{ insert: 'inserted into', update: 'updated in', delete: 'deleted from' }[trigger.operation]} ${trigger.table}${where.join(' and')}`;
    }
    case 'event':
      return `the event ${trigger.name} arrives`;
    case 'webhook':
      return `${trigger.provider} tells of ${trigger.event}`;
    case 'schedule':
      return `it is time (${trigger.cron}, ${trigger.timezone})`;
    case 'api':
      return `${trigger.method === '*' ? 'a request' : trigger.method} to ${trigger.endpoint}`;
  }
}

/** What a condition asks, in words. */
export function describeCondition(condition: PlanCondition): string {
  switch (condition.type) {
    case 'query':
      return `${condition.aboutSubject ? 'the query has a row' : 'for each row of the query'}: ${condition.sql.replace(/\s+/g, ' ').trim()}`;
    case 'event':
      return `the event ${namesOf(condition).join(' or ')} arrives`;
    case 'usage':
      return `usage goes beyond ${Object.entries(condition.limits)
        .map(([name, limit]) => `${name} ${limit}`)
        .join(', ')} per ${describePeriod(condition.period)}`;
    case 'activity':
      return `activity in ${condition.table} is down ${condition.drop * 100} % over ${formatDuration(condition.window)} against ${formatDuration(condition.baseline)}`;
  }
}

function describePeriod(period: UsagePeriod): string {
  if (typeof period === 'number') return formatDuration(period);
  return period === 'billing' ? 'billing period' : `calendar ${period}`;
}

/** What an action does, in words. */
export function describeAction(action: PlanAction): string {
  switch (action.type) {
    case 'email':
      return `email ${action.template}${action.variants.length > 0 ? ` in ${action.variants.length} variants` : ''}`;
    case 'block':
      return 'block';
    case 'custom':
      return `do ${action.name}`;
    case 'convert':
      return 'count the conversion';
  }
}

function describeStep(step: PlanStep): string[] {
  const { condition } = step;
  const wait =
    condition !== undefined && 'timeout' in condition
      ? `, for up to ${formatDuration(condition.timeout)}`
      : '';
  return [
    ...(step.delay > 0 ? [`sleep ${formatDuration(step.delay)}`] : []),
    ...(condition === undefined
      ? []
      : condition.type === 'usage'
        ? [`once in a period in which ${describeCondition(condition)}`]
        : [`wait until ${describeCondition(condition)}${wait}`, `  woken by ${describeWakes(condition)}`]),
    `then ${describeAction(step.action)}`,
    ...(condition === undefined || condition.type === 'usage'
      ? []
      : [`else ${step.otherwise === undefined ? 'end as timed out' : describeAction(step.otherwise)}`]),
  ];
}

function describeWakes(condition: PlanCondition): string {
  if (condition.type !== 'query') return 'that event';
  const rows = condition.wakes.map(({ table, column, equals }) => {
    const values = Object.entries(equals).map(([name, value]) => `, ${name} = ${JSON.stringify(value)}`);
    return `rows of ${table} (by ${column}${values.join('')})`;
  });
  const checks =
    condition.checks.length > 0 ? [`a look after ${condition.checks.map(formatDuration).join(', ')}`] : [];
  return [...rows, ...checks].join('; ') || 'nothing: it is looked at once more when the time is up';
}

/** The messages QStash bills for a run that goes through all steps the same way, with no retries. */
export function billedMessages(plan: Plan): BilledMessages {
  const total = (ofStep: (step: PlanStep, isLast: boolean) => number) =>
    plan.steps.reduce(
      (sum, step, index) =>
        sum + ofStep(step, index === plan.steps.length - 1) + Math.ceil(step.delay / plan.longestWait),
      1,
    );
  const waits = (step: PlanStep): number => {
    const { condition } = step;
    if (condition === undefined || !('timeout' in condition)) return 0;
    const checks = condition.type === 'query' ? condition.checks.length : 0;
    return Math.max(checks + 1, Math.ceil(condition.timeout / plan.longestWait));
  };
  // What follows the last wait needs no message, unless quiet hours or another definition may follow it.
  const endsFree = plan.rules?.quietHours === undefined && plan.onChange !== 'follow';
  const looked = (isLast: boolean, rounds: number) => 1 + rounds * (isLast && endsFree ? 1 : 2);
  return {
    metAtOnce: total(() => 1),
    metWaiting: total((step, isLast) => looked(isLast, Math.min(1, waits(step)))),
    timedOut: total((step, isLast) => looked(isLast, waits(step))),
  };
}
