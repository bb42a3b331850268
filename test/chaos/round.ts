import type { Boundary, Injected, Rates } from './faults.ts';
import { type Violation, violationsOf } from './invariants.ts';
import { live } from './story.ts';
import { accountsOf } from './usage.ts';
import { sumOf, type UsageSum } from './usage-sum.ts';
import { createChaosWorld, type Tamper } from './world.ts';

/** What one world is lived through with. */
export interface RoundOptions {
  seed: number;
  people: number;
  rates: Rates;
  databaseUrl: string;
  /** How long the storm lasts after everybody has arrived, in hours. */
  stormHours?: number | undefined;
  /** Something that is not as it should be, to see that it is noticed. */
  tamper?: Tamper | undefined;
}

/** What became of it. */
export interface Round {
  seed: number;
  /** Runs that were started, passes over audiences among them. */
  runs: number;
  emails: number;
  /** Calls of gated features. */
  calls: number;
  usage: UsageSum;
  processes: number;
  /** Dead letters that were taken up again, by their cause. */
  deadLetters: Record<string, number>;
  injected: readonly Injected[];
  boundaries: ReadonlyMap<string, Boundary>;
  violations: readonly Violation[];
}

/** Lives through one world, and looks at what is left of it. */
export async function liveRound({ people, stormHours, ...options }: RoundOptions): Promise<Round> {
  const { seed } = options;
  const world = await createChaosWorld({ ...options, name: `world-${seed}` });
  try {
    const story = await live(world, { people, stormHours });
    return {
      seed,
      runs: world.ledger.runs.length,
      emails: world.ledger.emails.length,
      calls: story.app.calls.length,
      usage: sumOf(accountsOf(story.app), story.usage),
      processes: world.processes,
      deadLetters: Object.fromEntries(story.operator.causes),
      injected: world.plan.injected,
      boundaries: world.plan.boundaries,
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
