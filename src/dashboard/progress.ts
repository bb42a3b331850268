import { type RunState, stateOf } from '../operations/index.ts';
import type { Plan, PlanStep } from '../plan/index.ts';
import type { StepLog } from '../runs/index.ts';
import { type RunRecord, UNSETTLED } from '../state/index.ts';

/**
 * A place in the diagram of a loop: `trigger`; of each step `<id>/delay`, `<id>/wait`, and what is done when its condition is true,
 * `<id>/then`, or its time is up, `<id>/else`.
 */
export type Station = string;

/** How far a run has come in its loop. */
export interface Progress {
  passed: ReadonlySet<Station>;
  /** Where it is, or was when it ended early; `undefined` once it has come through. */
  at: Station | undefined;
  state: RunState;
}

/** What is known of a run, and the names of the steps QStash took for it. */
export interface SeenRun {
  run: RunRecord;
  steps: readonly Pick<StepLog, 'name'>[];
}

/** Follows a run through its loop. */
export function progressOf(plan: Plan, seen: SeenRun): Progress {
  const passed = new Set<Station>(['trigger']);
  const state = stateOf(seen.run);
  for (const step of plan.steps) {
    const stations = stationsOf(step, seen);
    for (const station of stations.passed) passed.add(station);
    if (stations.at !== undefined) return { passed, at: state === 'ended' ? undefined : stations.at, state };
  }
  return { passed, at: undefined, state };
}

/** What of a step a run has been through; `at` where it has not come further. */
function stationsOf(
  { id, delay, condition }: PlanStep,
  { run, steps }: SeenRun,
): { passed: Station[]; at: Station | undefined } {
  const outcomes = run.facts.filter(({ step }) => step === id).map(({ outcome }) => outcome);
  const names = steps.map(({ name }) => name.split(' ')).filter(([first]) => first === id);
  const isPostponed = outcomes.includes('postponed');
  const settled = outcomes.filter((outcome) => !UNSETTLED.includes(outcome));
  const hasBegun =
    outcomes.some((outcome) => outcome !== 'superseded') || names.some(([, kind]) => kind !== 'delay');
  if (!hasBegun && delay > 0) return { passed: [], at: `${id}/delay` };
  const passed = delay > 0 ? [`${id}/delay`] : [];
  if (settled.length === 0) {
    if (condition === undefined) return { passed, at: `${id}/then` };
    return isPostponed
      ? { passed: [...passed, `${id}/wait`], at: `${id}/then` }
      : { passed, at: `${id}/wait` };
  }
  const branch = settled.includes('timed_out') ? 'else' : 'then';
  return {
    passed: [...passed, ...(condition === undefined ? [] : [`${id}/wait`]), `${id}/${branch}`],
    at: undefined,
  };
}

/** The plan a run goes by: the one it was started with, or what has become of that. */
export function planOf(run: RunRecord, plans: readonly Plan[]): Plan | undefined {
  const said = run.facts.findLast(({ outcome }) => outcome === 'started' || outcome === 'followed');
  const hash = said?.detail?.plan;
  return plans.find((plan) => plan.hash === hash) ?? plans.find(({ loop }) => loop === run.loop);
}
