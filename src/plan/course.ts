import type { Plan } from './plan.ts';

/** What the loops as they are deployed now mean to a run that carries an older definition of one of them. */
export type Course =
  /** It finishes by the definition it began with. */
  | { turn: 'keep'; because?: string | undefined }
  /** It goes on by this one. */
  | { turn: 'follow'; plan: Plan }
  /** It takes no further step. */
  | { turn: 'end' };

const KEEP: Course = { turn: 'keep' };

/**
 * Which way a run takes from a step on. What the loop says now decides; where there is no such loop any more, what it said when the run began.
 * @param plan the definition that the run goes by.
 * @param step the id of the step that it is about to begin, waits in, or has just done.
 * @param deployed all plans as they are deployed now.
 */
export function courseOf(plan: Plan, step: string, deployed: readonly Plan[]): Course {
  const now = successorOf(plan, deployed);
  if (now?.hash === plan.hash) return KEEP;
  const { onChange } = now ?? deployed.find(({ loop }) => loop === plan.loop) ?? plan;
  if (onChange === undefined) return KEEP;
  if (onChange === 'drain' || now === undefined) return { turn: 'end' };
  const because = strangenessOf(plan, now, step);
  return because === undefined ? { turn: 'follow', plan: now } : { turn: 'keep', because };
}

/** The definition that has taken the place of a plan; `undefined` where the loop, or what started it, is gone. */
export function successorOf(
  { loop, entry }: Pick<Plan, 'loop' | 'entry'>,
  deployed: readonly Plan[],
): Plan | undefined {
  return deployed.find((plan) => plan.loop === loop && plan.entry === entry);
}

/** Why a run could not find its way in another definition of its loop. */
function strangenessOf(plan: Plan, now: Plan, step: string): string | undefined {
  if (now.type !== plan.type) return `the loop is of type ${now.type} now`;
  if (isAudience(now) !== isAudience(plan)) return 'the loop is started in another way now';
  if (isAudience(plan)) return 'a pass goes over its audience as it began';
  return now.steps.some(({ id }) => id === step) ? undefined : `it has no step ${step} any more`;
}

function isAudience({ trigger }: Plan): boolean {
  return trigger.type === 'schedule';
}
