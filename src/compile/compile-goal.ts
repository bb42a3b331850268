import { type Condition, parseDuration, type ResolvedConfig, type ResolvedLoop } from '../config/index.ts';
import { stableHash } from '../events/index.ts';
import type { GoalSign, PlanCondition, PlanGoal, PlanStep } from '../plan/index.ts';
import { analyseQuery } from '../sql/index.ts';
import { compileCondition, dialectsOf } from './compile-condition.ts';

/** How long a goal that nobody named counts, in seconds. */
const USUAL_WITHIN = 30 * 86_400;

/**
 * Into how many parts a window is cut by looks. A query costs one for each subject; users are looked up by the thousand, so often that each tick
 * of a daily loop does.
 */
const LOOKS = { query: 6, activity: 60 };

/** The Events that tell of somebody who pays, or pays more. */
const PAID = { name: 'subscription.started', or: ['subscription.upgraded'] };

/**
 * Compiles what a loop exists for: what its author says, else what its type means. An activation is reached by what its first step
 * waits for, freemium by a subscription, retention by anything new that somebody does.
 */
export function compileGoal(
  loop: ResolvedLoop,
  steps: readonly PlanStep[],
  config: ResolvedConfig,
): PlanGoal {
  const condition = conditionOf(loop, steps, config);
  const sign = (condition && signOf(condition)) ?? activityOf(steps, config);
  const step = steps.find(({ condition: waited }) => waited && isSame(signOf(waited), sign))?.id;
  const within = (loop.goal && parseDuration(loop.goal.within)) ?? USUAL_WITHIN;
  return {
    // Not of what is only found out about it: a newer compiler knows more, and the counts go on.
    hash: stableHash([JSON.stringify({ ...sign, wakes: undefined, select: undefined }), within]),
    within,
    sign,
    step,
    endsRuns: loop.goal !== undefined && step === undefined,
    look: lookOf(sign, condition, within),
  };
}

/** The condition that a goal is, or nothing where it is any activity. */
function conditionOf(
  { goal, type }: ResolvedLoop,
  steps: readonly PlanStep[],
  config: ResolvedConfig,
): PlanCondition | undefined {
  if (goal !== undefined) return compileCondition(asCondition(goal), config);
  if (type === 'freemium') return { type: 'event', ...PAID, where: {}, timeout: USUAL_WITHIN };
  return type === 'activation' ? steps[0]?.condition : undefined;
}

function asCondition(goal: NonNullable<ResolvedLoop['goal']>): Condition {
  return 'event' in goal
    ? { type: 'event', name: goal.event, timeout: goal.within }
    : { type: 'query', query: goal.query, timeout: goal.within };
}

function signOf(condition: PlanCondition): Exclude<GoalSign, { type: 'activity' }> | undefined {
  if (condition.type === 'event') {
    const { name, or, where } = condition;
    return { type: 'event', name, or, where };
  }
  if (condition.type !== 'query' || !condition.aboutSubject) return undefined;
  const { sql, select, wakes } = condition;
  return { type: 'query', sql, ...(select && { select }), wakes };
}

/** Somebody who went dormant is back with anything they do; the audience itself says where it is seen when they did. */
function activityOf([first]: readonly PlanStep[], config: ResolvedConfig): GoalSign {
  const { condition } = first ?? {};
  if (condition?.type === 'activity') {
    const { table, subject, time } = condition;
    return { type: 'activity', actions: { table, subject, time } };
  }
  if (condition?.type !== 'query' || condition.aboutSubject) return { type: 'activity' };
  for (const dialect of dialectsOf(config)) {
    const analysis = analyseQuery(condition.sql, { dialect, parameters: 1 });
    if (!analysis.ok) continue;
    const { staleColumn } = analysis;
    return {
      type: 'activity',
      column: staleColumn?.table === config.users.table ? staleColumn.column : undefined,
    };
  }
  return { type: 'activity' };
}

/** A query that changes of rows cannot tell of has to be looked at; so have the tables of users and of their actions, which are not watched for it. */
function lookOf(sign: GoalSign, condition: PlanCondition | undefined, within: number): number | undefined {
  if (sign.type === 'activity')
    return (sign.column ?? sign.actions) === undefined ? undefined : Math.ceil(within / LOOKS.activity);
  const isHeard = condition?.type !== 'query' || condition.checks.length === 0;
  return isHeard ? undefined : Math.ceil(within / LOOKS.query);
}

function isSame(one: GoalSign | undefined, other: GoalSign | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
