import fc from 'fast-check';

/** A part of Skene that strangers, or their data, reach, and what is thrown at it. */
export interface Surface {
  name: string;
  /** How many cases the form in CI takes, and the long one. */
  cases: { short: number; long: number };
  attack: (round: Round) => Promise<Outcome>;
}

/** How a surface is attacked this time. */
export interface Round {
  cases: number;
  /** The same seed makes the same cases. */
  seed: number;
}

/** What an attack came to. */
export interface Outcome {
  cases: number;
  /** What got through, each with what replays it; empty when nothing did. */
  findings: string[];
  /** What was not tried, and why. */
  skipped?: string | undefined;
}

/**
 * An attack of cases made by chance: `check` throws where a case gets through. The first that does is shrunk and reported.
 * After the last, the prototypes that everything inherits from have to be as they were.
 */
export async function fuzz<T>(
  { cases, seed }: Round,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
): Promise<Outcome> {
  const property = fc.asyncProperty(arbitrary, async (value) => check(value));
  const details = await fc.check(property, { numRuns: cases, seed });
  const { failed, errorInstance, counterexample, counterexamplePath } = details;
  const finding = `${String(errorInstance)}\n${fc.stringify(counterexample).slice(0, 1_500)}\nseed ${seed}, path ${counterexamplePath}`;
  return { cases: details.numRuns, findings: [...(failed ? [finding] : []), ...pollution()] };
}

/** An attack that goes through a list. `check` answers what is wrong, if anything. */
export async function tryAll<T>(
  items: Iterable<T>,
  check: (item: T) => string | undefined | Promise<string | undefined>,
): Promise<Outcome> {
  const outcome: Outcome = { cases: 0, findings: [] };
  for (const item of items) {
    outcome.cases += 1;
    const finding = await check(item);
    if (finding !== undefined) outcome.findings.push(finding);
  }
  return outcome;
}

/** The outcomes of several attacks on one surface as one. */
export function together(outcomes: readonly Outcome[]): Outcome {
  return {
    cases: outcomes.reduce((sum, { cases }) => sum + cases, 0),
    findings: outcomes.flatMap(({ findings }) => findings),
    skipped: outcomes.flatMap(({ skipped }) => skipped ?? []).join('; ') || undefined,
  };
}

const CLEAN = [Object.prototype, Array.prototype, Function.prototype].map((prototype) =>
  Reflect.ownKeys(prototype).map(String).join(),
);

function pollution(): string[] {
  const now = [Object.prototype, Array.prototype, Function.prototype].map((prototype) =>
    Reflect.ownKeys(prototype).map(String).join(),
  );
  return now.flatMap((keys, index) =>
    keys === CLEAN[index] ? [] : [`A prototype was changed: ${keys} instead of ${CLEAN[index]}`],
  );
}

/** How much of the processor work without waiting has taken, in ms: a busy machine makes it no longer. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
