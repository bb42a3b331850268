import { lengthOf } from './period.ts';
import type { GateRule } from './rules.ts';
import type { Reply } from './store.ts';

/** How a subject stands with one rule. Times are ms since the epoch. */
export interface Standing {
  rule: GateRule;
  used: number;
  /** With what was granted beside the plan; `unlimited`, or `none` where the plan does not have the feature. */
  limit: number | 'unlimited' | 'none';
  periodStart: number;
  resetAt: number;
  /** Grows with every change of `used` in Redis: of two standings the one with the higher is the later. */
  sequence: number;
}

/**
 * What the gate says: `pass`; `limit` (used up; upgrading or waiting helps), `burst` (waiting a moment helps), `plan` (not in the plan), or
 * `unavailable` (Redis cannot be asked, and the rule says to deny).
 */
export type Verdict = 'pass' | 'limit' | 'burst' | 'plan' | 'unavailable';

/** A decision, and what it stands on. */
export interface Decision {
  allowed: boolean;
  verdict: Verdict;
  /** The rule that said no. */
  refusedBy?: Standing | undefined;
  plan: string;
  standings: readonly Standing[];
  /** The same `rid` was admitted before, for another call: it has not been charged again, so it is no leave to do the work again. */
  replayed: boolean;
  /** Redis could not be asked: decided by the rules' `onUnavailable`, and charged when it can be. */
  degraded: boolean;
  /** `RateLimit` and `RateLimit-Policy`. */
  headers: Readonly<Record<string, string>>;
}

/** The numbers of a rule in a reply: used, limit, start, end, signal, sequence; two fields stand before them. */
const FIELDS = 6;

/** A limit that starts over within this time is a burst limit: waiting helps more than upgrading. */
const BURST_SECONDS = 60;

/** What the script raised for a rule. */
export interface Signal {
  kind: 'warned' | 'blocked';
  standing: Standing;
}

/** Reads a reply of the script. `cost` tells which of the rules it was that said no. */
export function readReply(
  reply: Reply,
  { rules, cost, now }: { rules: readonly GateRule[]; cost: number; now: number },
): { decision: Decision; signals: Signal[]; isCharged: boolean } {
  const [code, plan] = reply;
  const standings = rules.map((rule, index): Standing => {
    const [used, limit, start, end, , sequence] = numbersOf(reply, index);
    return {
      rule,
      used: used ?? 0,
      limit: limit === -1 ? 'unlimited' : limit === -2 ? 'none' : (limit ?? 0),
      periodStart: start ?? 0,
      resetAt: end ?? 0,
      sequence: sequence ?? 0,
    };
  });
  const signals = standings.flatMap((standing, index): Signal[] => {
    const signal = numbersOf(reply, index)[4];
    if (signal !== 1 && signal !== 2) return [];
    return [{ kind: signal === 1 ? 'warned' : 'blocked', standing }];
  });
  const allowed = code !== 0;
  const refusedBy = allowed ? undefined : standings.find((standing) => refuses(standing, cost));
  return {
    decision: {
      allowed,
      verdict: refusedBy === undefined ? 'pass' : verdictOf(refusedBy),
      refusedBy,
      plan: decodeURIComponent(String(plan)),
      standings,
      replayed: code === 3,
      degraded: false,
      headers: rateLimitHeaders(standings, now),
    },
    signals,
    // 2: an earlier attempt at this very call was charged, and its answer was lost on the way.
    isCharged: code === 1 || code === 2,
  };
}

function numbersOf(reply: Reply, index: number): number[] {
  return reply.slice(2 + index * FIELDS, 2 + (index + 1) * FIELDS).map(Number);
}

/** Whether a rule has no room for `cost` units. */
function refuses({ rule, used, limit }: Standing, cost: number): boolean {
  return rule.block !== undefined && limit !== 'unlimited' && (limit === 'none' || used + cost > limit);
}

/** Why a rule says no. */
export function verdictOf(standing: Standing): Verdict {
  if (standing.limit === 'none' || standing.limit === 0) return 'plan';
  const { periodStart: from, resetAt: to } = standing;
  return lengthOf({ from, to }) <= BURST_SECONDS ? 'burst' : 'limit';
}

/**
 * The headers that tell a client where it stands; none for what has no limit.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitHeaders(standings: readonly Standing[], now: number): Record<string, string> {
  const policies: string[] = [];
  const limits: string[] = [];
  for (const { rule, used, limit, periodStart, resetAt } of standings) {
    if (typeof limit !== 'number') continue;
    const name = `"${rule.name}"`;
    policies.push(`${name};q=${limit};w=${lengthOf({ from: periodStart, to: resetAt })}`);
    limits.push(`${name};r=${Math.max(0, limit - used)};t=${Math.max(0, Math.ceil((resetAt - now) / 1000))}`);
  }
  return policies.length === 0
    ? {}
    : { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') };
}
