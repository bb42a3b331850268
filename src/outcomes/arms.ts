import { type ArmCount, type StepCount, WINDOW_PARTS } from '../state/index.ts';
import { drawBeta } from './beta.ts';
import type { Random } from './random.ts';
import type { Proportion } from './uplift.ts';

/** What is known of an arm: how many reached the goal, out of how many that have had the time to. */
export interface ArmEvidence extends Proportion {
  arm: string;
}

/** When it is, and how the counts were cut up. */
export interface WindowView {
  /** Ms since the epoch. */
  now: number;
  /** How long after an email the goal counts for it, in seconds. */
  within: number;
}

/**
 * What the counts of a step say of its arms now. An email whose window is open counts as the share of a trial by which those who get there
 * usually have by its age: a fresh one as next to nothing, so that an arm which is mailed a lot today is not taken for one that fails.
 * @see Vernade, Cappé and Perchet, Stochastic Bandit Models for Delayed Conversions, 2017
 */
export function evidenceOf(
  { arms, delays }: Pick<StepCount, 'arms' | 'delays'>,
  view: WindowView,
): ArmEvidence[] {
  const shareBy = shareByAge({ arms, delays }, view);
  return arms.map(({ arm, closed, open, converted }) => {
    const trials = open.reduce((sum, { part, mails }) => sum + mails * shareBy(ageOf(part, view)), closed);
    return { arm, successes: converted, trials: Math.max(trials, converted) };
  });
}

/**
 * Which share of all who will get there have done so at an age, by what was seen so far: the sum of the rates at which they did in each
 * part of the window, among emails old enough to have shown it. Nothing where nobody has yet.
 */
function shareByAge(
  { arms, delays }: Pick<StepCount, 'arms' | 'delays'>,
  view: WindowView,
): (age: number) => number {
  const reached: number[] = [];
  let sum = 0;
  for (let part = 0; part < WINDOW_PARTS; part++) {
    const seen = delays[part] ?? 0;
    const atRisk = Math.max(seen, mailsOlderThan(arms, part + 0.5, view));
    sum += atRisk === 0 ? 0 : seen / atRisk;
    reached.push(sum);
  }
  return (age) => {
    if (sum === 0) return 0;
    const whole = Math.min(Math.floor(age), WINDOW_PARTS - 1);
    const before = reached[whole - 1] ?? 0;
    const within = ((reached[whole] ?? sum) - before) * Math.min(age - whole, 1);
    return (before + within) / sum;
  };
}

/** How old the emails of a part of time are on average, in parts of the window. */
function ageOf(part: number, { now, within }: WindowView): number {
  return Math.max(0, (now * WINDOW_PARTS) / (within * 1000) - part - 0.5);
}

function mailsOlderThan(arms: readonly ArmCount[], age: number, view: WindowView): number {
  const old = arms.flatMap(({ closed, open }) => [
    closed,
    ...open.filter(({ part }) => ageOf(part, view) >= age).map(({ mails }) => mails),
  ]);
  return old.reduce((sum, mails) => sum + mails, 0);
}

/**
 * Chooses an arm by Thompson sampling: each arm's share is drawn from what is believed of it (beta, from even odds on everything), and the
 * highest is taken. An arm is so chosen as often as it is likely to be the best.
 */
export function chooseArm(evidence: readonly ArmEvidence[], random: Random): string | undefined {
  let best: { arm: string; draw: number } | undefined;
  for (const { arm, successes, trials } of evidence) {
    const draw = drawBeta(1 + successes, 1 + trials - successes, random);
    if (best === undefined || draw > best.draw) best = { arm, draw };
  }
  return best?.arm;
}
