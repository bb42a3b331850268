import { formatDuration } from '../config/index.ts';
import type { Plan, PlanAction, PlanCondition, PlanStep } from '../plan/index.ts';
import { describeCondition, describeTrigger } from './describe.ts';
import { describeGoal } from './describe-goal.ts';
import { describeRules } from './describe-rules.ts';

/** What may be said of a definition, by what it is about: `first: timeout` -> `5m`. */
type Traits = Map<string, string>;

/** How one definition of a loop differs from another, in words, a line each; in the order in which the definitions say it. */
export function describeChanges(from: Plan, to: Plan): string[] {
  const [before, after] = [traitsOf(from), traitsOf(to)];
  const steps = stepChanges(from, to);
  const isTold = (trait: string) => !steps.some(({ id }) => trait.startsWith(`${id}: `));
  const traits = [...new Set([...before.keys(), ...after.keys()])].filter(isTold);
  const changed = traits.flatMap((trait) => {
    const [was, is] = [before.get(trait), after.get(trait)];
    if (was === is) return [];
    if (was === undefined) return [`${trait} is ${is} now`];
    return [is === undefined ? `${trait} was ${was}, and is gone` : `${trait} ${was} -> ${is}`];
  });
  const told = [...steps.map(({ text }) => text), ...changed];
  if (told.length > 0) return told;
  const order = ({ steps: all }: Plan) => all.map(({ id }) => id).join();
  if (order(from) !== order(to)) return [`steps are in another order: ${order(to)}`];
  return ['nothing that a person would see: it was compiled by another version of Skene'];
}

function stepChanges(from: Plan, to: Plan): Array<{ id: string; text: string }> {
  const missingIn = (one: Plan, other: Plan) =>
    one.steps.filter(({ id }) => !other.steps.some((step) => step.id === id)).map(({ id }) => id);
  return [
    ...missingIn(from, to).map((id) => ({ id, text: `${id} is gone` })),
    ...missingIn(to, from).map((id) => ({ id, text: `${id} is new` })),
  ];
}

function traitsOf(plan: Plan): Traits {
  const traits: Traits = new Map([
    ['type', plan.type],
    ['started when', describeTrigger(plan.trigger)],
  ]);
  for (const step of plan.steps)
    for (const [name, value] of Object.entries(stepTraits(step)))
      if (value !== undefined) traits.set(`${step.id}: ${name}`, value);
  const { rules } = plan;
  if (rules !== undefined) {
    traits.set('rules', describeRules(plan).join('; ') || 'none');
    traits.set('held out', `${rules.holdout * 100} %`);
  }
  traits.set(
    'goal',
    describeGoal(plan)
      .join('; ')
      .replace(/^goal /, '') || 'none',
  );
  traits.set('retries', `${plan.recovery.retries}, after ${plan.recovery.retryDelay} ms`);
  traits.set('users', JSON.stringify(plan.users));
  traits.set('longest wait at once', formatDuration(plan.longestWait));
  return traits;
}

function stepTraits(step: PlanStep): Record<string, string | undefined> {
  const { delay, condition, action, otherwise, after } = step;
  return {
    delay: delay > 0 ? formatDuration(delay) : undefined,
    ...(condition === undefined ? {} : conditionTraits(condition)),
    ...actionTraits('', action),
    ...(otherwise === undefined ? {} : actionTraits('otherwise ', otherwise)),
    after: after?.replace(/\s+/g, ' ').trim(),
  };
}

function conditionTraits(condition: PlanCondition): Record<string, string | undefined> {
  const values = condition.type === 'event' ? JSON.stringify(condition.where) : '{}';
  return {
    'asked of': condition.type === 'query' && condition.select !== undefined ? 'Upstash Redis' : undefined,
    timeout: 'timeout' in condition ? formatDuration(condition.timeout) : undefined,
    condition: `${describeCondition(condition)}${values === '{}' ? '' : ` with ${values}`}`,
  };
}

function actionTraits(kind: string, action: PlanAction): Record<string, string | undefined> {
  switch (action.type) {
    case 'email': {
      const { template, subject, personalization, from, replyTo, variants } = action;
      const values = Object.entries(personalization).map(([name, text]) => [`${kind}value of ${name}`, text]);
      return {
        [`${kind}email`]: `${template}${action.kind === 'transactional' ? ', transactional' : ''}`,
        [`${kind}subject line`]: subject,
        [`${kind}sender`]: from,
        [`${kind}reply to`]: replyTo,
        [`${kind}variants`]: variants.length === 0 ? undefined : JSON.stringify(variants),
        ...(Object.fromEntries(values) as Record<string, string>),
      };
    }
    case 'block':
      return { [`${kind}block`]: [action.message, action.upgradeUrl].filter(Boolean).join(', ') };
    case 'custom':
      return { [`${kind}action`]: `${action.name} ${JSON.stringify(action.input)}` };
    case 'convert':
      return {};
  }
}
