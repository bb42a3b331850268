import type { Injected, Rates } from './faults.ts';
import { type Violation, violationsOf } from './invariants.ts';
import { live } from './story.ts';
import { createChaosWorld } from './world.ts';

/** What one world is lived through with. */
export interface RoundOptions {
  seed: number;
  people: number;
  rates: Rates;
  databaseUrl: string;
}

/** What became of it. */
export interface Round {
  seed: number;
  /** Runs that were started, passes over audiences among them. */
  runs: number;
  emails: number;
  /** Calls of gated features. */
  calls: number;
  processes: number;
  /** Dead letters that were taken up again, by their cause. */
  deadLetters: Record<string, number>;
  injected: readonly Injected[];
  violations: readonly Violation[];
}

/** Lives through one world, and looks at what is left of it. */
export async function liveRound({ seed, people, rates, databaseUrl }: RoundOptions): Promise<Round> {
  const world = await createChaosWorld({ seed, name: `world-${seed}`, databaseUrl, rates });
  try {
    const story = await live(world, people);
    return {
      seed,
      runs: world.ledger.runs.length,
      emails: world.ledger.emails.length,
      calls: story.app.calls.length,
      processes: world.processes,
      deadLetters: Object.fromEntries(story.operator.causes),
      injected: world.plan.injected,
      violations: await violationsOf(world, story),
    };
  } finally {
    await world.close();
  }
}

/** The faults that a violation is near: what went wrong with whom it is about. */
export function historyOf({ about }: Violation, injected: readonly Injected[]): Injected[] {
  const names = about.map((name) => new RegExp(`(?:^|[ -])${name.replace(/\W/g, '\\$&')}(?![\\w-])`));
  return injected.filter(({ place }) => names.some((name) => name.test(place)));
}
