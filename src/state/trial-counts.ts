/** An arm of a step's email, as it was counted. */
export interface ArmCount {
  arm: string;
  /** Emails, those after the goal was reached included. */
  mailed: number;
  /** Emails whose window is over. */
  closed: number;
  /** Emails whose window is open, by the part of time they were sent in. */
  open: Array<{ part: number; mails: number }>;
  /** How many were opened and clicked, as far as the provider tells. */
  opened: number;
  clicked: number;
  /** How many reached the goal after it, before another email of the loop. */
  converted: number;
}

/** A step's email, as it was counted. */
export interface StepCount {
  step: string;
  arms: ArmCount[];
  /** How many reached the goal in each part of the window. */
  delays: number[];
}

/** A group of subjects, and how many of them reached the goal within the time that counts. */
export interface GroupCount {
  subjects: number;
  converted: number;
}

/** Everything that is counted for a goal. */
export interface TrialCounts {
  treated: GroupCount;
  held: GroupCount;
  /** Reached the goal with no email before it. */
  unmailed: number;
  /** How many reached the goal after how long: within each of {@link TOOK_SECONDS} since they entered, and after all of them. */
  took: number[];
  steps: StepCount[];
}

/** The bounds of how long it took somebody to reach a goal since they entered: a minute to a month, in seconds. */
export const TOOK_SECONDS: readonly number[] = [
  60, 300, 900, 3_600, 21_600, 86_400, 259_200, 604_800, 1_209_600, 2_592_000,
];

/** Windows are counted in this many parts: the resolution with which the age of an email is known. */
export const WINDOW_PARTS = 16;

/** The part of time in which something falls; `within` in seconds, `at` in ms. */
export function partOf(at: number, within: number): number {
  return Math.floor((at * WINDOW_PARTS) / (within * 1000));
}

/** Reads the hash of counters, as Redis gives it: names and values in turn. */
export function readCounts(reply: readonly string[]): TrialCounts {
  const steps = new Map<string, { arms: Map<string, ArmCount>; delays: number[] }>();
  const stepOf = (step: string) => {
    const found = steps.get(step) ?? { arms: new Map(), delays: [] };
    steps.set(step, found);
    return found;
  };
  const armOf = (step: string, arm: string): ArmCount => {
    const { arms } = stepOf(step);
    const found = arms.get(arm) ?? {
      arm,
      mailed: 0,
      closed: 0,
      open: [],
      opened: 0,
      clicked: 0,
      converted: 0,
    };
    arms.set(arm, found);
    return found;
  };
  const counts: TrialCounts = {
    treated: { subjects: 0, converted: 0 },
    held: { subjects: 0, converted: 0 },
    unmailed: 0,
    took: Array.from({ length: TOOK_SECONDS.length + 1 }, () => 0),
    steps: [],
  };
  for (const [index, field] of reply.entries()) {
    if (index % 2 === 1) continue;
    const value = Number(reply[index + 1]);
    const [kind = '', step = '', arm = '', part = ''] = field.split('|');
    if (field === 'treated' || field === 'held') counts[field].subjects = value;
    else if (field === 'won|treated' || field === 'won|held')
      counts[field === 'won|held' ? 'held' : 'treated'].converted = value;
    else if (kind === 'took') counts.took[Number(step)] = value;
    else if (field === 'won|none') counts.unmailed = value;
    else if (kind === 'mails') armOf(step, arm).mailed = value;
    else if (kind === 'opened' || kind === 'clicked') armOf(step, arm)[kind] = value;
    else if (kind === 'closed') armOf(step, arm).closed = value;
    else if (kind === 'sent') armOf(step, arm).open.push({ part: Number(part), mails: value });
    else if (kind === 'credit') armOf(step, arm).converted = value;
    else if (kind === 'delay') stepOf(step).delays[Number(arm)] = value;
  }
  counts.steps = [...steps].map(([step, { arms, delays }]) => ({ step, arms: [...arms.values()], delays }));
  return counts;
}
