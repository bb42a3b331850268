import { type Course, courseOf, type Plan, type PlanStep, successorOf } from '../plan/index.ts';
import type { Standing, State } from '../state/index.ts';

/**
 * What becomes of runs: they `keep` to the definition they began with, `follow` the new one from their next wake-up, or `end`; where they
 * wait, the step is finished first.
 */
export type Fate = 'keep' | 'follow' | 'end' | 'finish, then follow' | 'finish, then end';

/** Runs under way that are at the same point of the same definition. */
export interface Group {
  step: string;
  /** `sleeps` before the step, or `waits` in it. */
  state: 'sleeps' | 'waits';
  runs: number;
  fate: Fate;
  /** Why they keep to theirs, where the loop asks for something else. */
  because?: string | undefined;
}

/** What a deploy means to one definition of a loop. */
export interface DeployEffect {
  loop: string;
  /** The id of the step that the loop's plan begins with. */
  entry: string;
  /** The definition that runs go by, or went by last; `undefined` where no run of the loop is known. */
  from: Plan | undefined;
  /** What takes its place; `undefined` where the loop, or what started it, is gone. */
  to: Plan | undefined;
  groups: Group[];
}

/**
 * What becomes of runs under way when these plans are deployed, by the definition that they go by. However many runs there are, it takes
 * as many commands of Redis as there are steps.
 * @param now ms since the epoch.
 */
export async function effectsOfDeploy(
  plans: readonly Plan[],
  { state, now }: { state: Pick<State, 'underWay'>; now: number },
): Promise<DeployEffect[]> {
  const known = await state.underWay.plans();
  const places = known.flatMap((plan) => plan.steps.map((step) => ({ plan, step })));
  const standings = await state.underWay.standings(
    places.map(({ plan, step }) => ({ plan, step: step.id, since: now - step.delay * 1_000 })),
  );
  const effects = known.map((from): DeployEffect => {
    const groups = places.flatMap(({ plan, step }, index) =>
      plan === from ? groupsIn(plan, { step, standing: standings[index], plans }) : [],
    );
    const { loop, entry } = from;
    return { loop, entry, from, to: successorOf(from, plans), groups };
  });
  return [
    ...effects.filter((effect, index) => isWorthSaying(effect, effects.slice(index + 1))),
    ...newIn(plans, known),
  ];
}

/** Runs go by it, or it is what was deployed last and is not any more. */
function isWorthSaying(effect: DeployEffect, later: readonly DeployEffect[]): boolean {
  return effect.groups.length > 0 || !later.some((other) => isSameLoop(other, effect));
}

function newIn(plans: readonly Plan[], known: readonly Plan[]): DeployEffect[] {
  return plans
    .filter((plan) => !known.some((other) => isSameLoop(other, plan)))
    .map((to) => ({ loop: to.loop, entry: to.entry, from: undefined, to, groups: [] }));
}

type LoopEntry = Pick<Plan, 'loop' | 'entry'>;

function isSameLoop(one: LoopEntry, other: LoopEntry): boolean {
  return one.loop === other.loop && one.entry === other.entry;
}

function groupsIn(
  plan: Plan,
  { step, standing, plans }: { step: PlanStep; standing: Standing | undefined; plans: readonly Plan[] },
): Group[] {
  const { runs = 0, recent = 0 } = standing ?? {};
  const sleeping = step.delay > 0 ? recent : 0;
  const course = courseOf(plan, step.id, plans);
  const because = course.turn === 'keep' ? course.because : undefined;
  const groups: Group[] = [
    { step: step.id, state: 'sleeps', runs: sleeping, fate: course.turn, because },
    { step: step.id, state: 'waits', runs: runs - sleeping, fate: fateInWait(plan, step, course), because },
  ];
  return groups.filter((group) => group.runs > 0);
}

/** A run that waits has begun its step: it finishes it as it began, unless it has been one that follows all along. */
function fateInWait(plan: Plan, step: PlanStep, { turn }: Course): Fate {
  if (turn === 'keep') return 'keep';
  if (plan.trigger.type === 'schedule') return turn;
  if (turn === 'follow' && plan.onChange === 'follow') return 'follow';
  if (step === plan.steps.at(-1)) return 'keep';
  return turn === 'follow' ? 'finish, then follow' : 'finish, then end';
}
