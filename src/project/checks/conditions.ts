import { type CheckContext, type Finding, type PlacedStep, stepsOf } from './context.ts';

/** A condition can only ask what its trigger makes known: a quota needs a request, an audience a schedule, and all else a subject. */
export function checkConditions({ config }: CheckContext): Finding[] {
  return stepsOf(config).flatMap((placed) => [
    ...triggerOf(placed),
    ...conditionOf(placed),
    ...otherwiseOf(placed),
    ...blockOf(placed),
  ]);
}

/** Calls are told of by the gate alone, and the gate counts. */
function triggerOf({ step, path }: PlacedStep): Finding[] {
  if (step.trigger?.type !== 'api' || step.condition !== undefined) return [];
  return [
    {
      code: 'condition_mismatch',
      path: [...path, 'trigger', 'type'],
      message: 'is "api", and no condition says how many calls are allowed',
      hint: "Write a condition of type 'usage', or send an event with track() and write trigger: { type: 'event', name: … }.",
    },
  ];
}

function conditionOf({ step, trigger, path }: PlacedStep): Finding[] {
  const { condition } = step;
  if (condition === undefined || trigger === undefined) return [];
  const under = trigger.type === 'schedule' ? 'a schedule' : `a trigger of type ${trigger.type}`;
  const mismatch = (hint: string): Finding[] => [
    {
      code: 'condition_mismatch',
      path: [...path, 'condition', 'type'],
      message: `is "${condition.type}", which does not go with ${under}`,
      hint,
    },
  ];
  if (condition.type === 'usage' && step.trigger?.type !== 'api') {
    return mismatch(
      "Usage is counted per request: write it into the step that has trigger: { type: 'api', endpoint: '/api/features/*' }.",
    );
  }
  if (condition.type !== 'usage' && step.trigger?.type === 'api') {
    return mismatch("A request is answered at once, so it cannot wait: write a condition of type 'usage'.");
  }
  if (condition.type === 'activity' && trigger.type !== 'schedule') {
    return mismatch(
      "Dormancy is looked for now and then: write trigger: { type: 'schedule', cron: '0 9 * * *' }.",
    );
  }
  if (condition.type === 'event' && trigger.type === 'schedule') {
    return mismatch(
      'A schedule is about nobody in particular, so no event is about its subject: select the users with a query.',
    );
  }
  return [];
}

function otherwiseOf({ step, trigger, path }: PlacedStep): Finding[] {
  if (step.otherwise === undefined || trigger?.type !== 'schedule') return [];
  return [
    {
      code: 'condition_mismatch',
      path: [...path, 'otherwise'],
      message: 'is never done: nobody waits in an audience, so no time can be up',
      hint: 'Take it out, or start a run for each user with another trigger.',
    },
  ];
}

function blockOf({ step, path }: PlacedStep): Finding[] {
  if (step.action.type !== 'block') return [];
  if (step.trigger?.type === 'api' && step.condition?.type === 'usage') return [];
  return [
    {
      code: 'condition_mismatch',
      path: [...path, 'action', 'type'],
      message: 'is "block", but there is no request that could be blocked here',
      hint: "Blocking goes with a trigger of type 'api' and a condition of type 'usage'.",
    },
  ];
}
