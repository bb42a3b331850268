import type { Decision } from './decision.ts';

/** A decision that need not be asked for again. */
interface Remembered {
  decision: Decision;
  /** Only what costs as much or more is refused by a remembered refusal. */
  cost: number;
  /** The revision it was made under. */
  revision: number;
  /** Until when it holds, on the gate's clock (a refusal: the reset) or on the machine's (no limit). */
  until: number;
}

/** What is known of a subject for sure, as far as an outage needs it. */
export type Known = Pick<Decision, 'plan' | 'standings' | 'refusedBy'>;

/** How many are remembered, of those that last and of those that were only the last; the oldest go first. */
const MOST = 10_000;
/** How long a subject without a limit is not asked about again, in ms. */
const UNLIMITED_MS = 30_000;

/** What the gate remembers of subjects whose answer is known: those who are blocked, and those without a limit. */
export function createMemory() {
  const known = new Map<string, Remembered>();
  const last = new Map<string, Known>();

  /** Most decisions say of plan and limits what the one before them said. */
  function noteLast(key: string, { plan, standings, refusedBy }: Decision): void {
    const before = last.get(key);
    const isSame =
      before !== undefined &&
      before.refusedBy === refusedBy &&
      before.plan === plan &&
      standings.every(({ limit }, index) => limit === before.standings[index]?.limit);
    if (!isSame) keep(last, key, { plan, standings, refusedBy });
  }

  return {
    /**
     * Remembers a decision, and gives it out again if it is of a kind that lasts.
     * @param holdsUntil ms since the epoch: when it ends although no period does.
     */
    note(
      key: string,
      decision: Decision,
      { cost, revision, holdsUntil }: { cost: number; revision: number; holdsUntil: number },
    ): void {
      noteLast(key, decision);
      if (!decision.allowed) {
        const until = Math.min(holdsUntil, ...decision.standings.map(({ resetAt }) => resetAt));
        keep(known, key, { decision, cost, revision, until });
      } else if (decision.standings.every(({ limit }) => limit === 'unlimited')) {
        keep(known, key, { decision, cost: 0, revision, until: performance.now() + UNLIMITED_MS });
      } else known.delete(key);
    },
    /** A decision that still holds for `cost` units: a refusal until its reset while the revision is known to stand, no limit for a while. */
    find(
      key: string,
      ask: { cost: number; now: number; revision: number | undefined },
    ): Decision | undefined {
      const found = known.get(key);
      if (found === undefined) return undefined;
      const { decision, cost, revision, until } = found;
      if (decision.allowed) {
        const isChanged = ask.revision !== undefined && ask.revision !== revision;
        return isChanged || performance.now() >= until ? undefined : decision;
      }
      return ask.revision === revision && ask.cost >= cost && ask.now < until ? decision : undefined;
    },
    /** The last decision, whether it still holds or not: better than nothing while Redis is away. */
    last: (key: string): Known | undefined => last.get(key),
  };
}

/** Puts something last into a map that forgets the oldest of more than 10,000. */
export function keep<TValue>(map: Map<string, TValue>, key: string, value: TValue): void {
  map.delete(key);
  if (map.size >= MOST) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}
