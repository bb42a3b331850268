import type { Reply } from './operation.ts';
import { lengthOf } from './period.ts';
import type { GateRule } from './rules.ts';

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

/** How a counter stands. */
export interface UsageRow extends Standing {
  subject: string;
}

/** What a reply begins with; `ATTEMPTED` is an earlier attempt of this very call, `UNDONE` one that was given back before it came. */
const [REFUSED, CHARGED, ATTEMPTED, REPEATED, UNDONE] = ['0', '1', '2', '3', '4'] as const;
const CODES: readonly string[] = [REFUSED, CHARGED, ATTEMPTED, REPEATED, UNDONE];

/** The numbers of a rule in a reply: used, limit, start, end, signal, sequence. Before them stand the code, the plan and `till`. */
const FIELDS = 6;
const BEFORE = 3;

/** A limit that starts over within this time is a burst limit: waiting helps more than upgrading. */
const BURST_SECONDS = 60;

/** What the script raised for a rule. */
export interface Signal {
  kind: 'warned' | 'blocked';
  standing: Standing;
}

/** A reply of the script, read. */
export interface ReadReply {
  decision: Decision;
  signals: Signal[];
  /** Whether this very call was charged, now or by an attempt of it whose answer was lost on the way. */
  isCharged: boolean;
  /** When what was given beside the plan ends, ms since the epoch: the decision holds no longer than that. */
  holdsUntil: number;
}

/** Reads a reply of the script to an operation under `rules`. */
export function readReply(
  reply: Reply,
  { rules, now }: { rules: readonly GateRule[]; now: number },
): ReadReply {
  const [code, plan = 'free', till] = reply;
  if (code === undefined || !CODES.includes(code)) throw new Error(`Redis answered "${reply.join(' ')}"`);
  const signals: Signal[] = [];
  let refusedBy: Standing | undefined;
  const allowed = code === CHARGED || code === ATTEMPTED || code === REPEATED;
  const standings = rules.map((rule, index): Standing => {
    const at = BEFORE + index * FIELDS;
    const limit = Number(reply[at + 2]);
    const signal = Number(reply[at + 5]);
    const standing: Standing = {
      rule,
      used: Number(reply[at]),
      limit: limit === -1 ? 'unlimited' : limit === -2 ? 'none' : limit,
      periodStart: Number(reply[at + 3]),
      resetAt: Number(reply[at + 4]),
      sequence: Number(reply[at + 1]),
    };
    if (!allowed && (signal & 4) !== 0) refusedBy ??= standing;
    if ((signal & 3) !== 0) signals.push({ kind: (signal & 3) === 1 ? 'warned' : 'blocked', standing });
    return standing;
  });
  return {
    decision: {
      allowed,
      verdict: allowed ? 'pass' : refusedBy === undefined ? 'unavailable' : verdictOf(refusedBy),
      refusedBy,
      plan: decodeURIComponent(plan),
      standings,
      replayed: code === REPEATED,
      degraded: false,
      headers: rateLimitHeaders(standings, now),
    },
    signals,
    isCharged: code === CHARGED || code === ATTEMPTED,
    holdsUntil: Number(till) || Number.POSITIVE_INFINITY,
  };
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
  let policies = '';
  let limits = '';
  for (const { rule, used, limit, periodStart, resetAt } of standings) {
    if (typeof limit !== 'number') continue;
    const comma = policies === '' ? '' : ', ';
    const left = Math.max(0, limit - used);
    const seconds = Math.max(0, Math.ceil((resetAt - now) / 1000));
    policies += `${comma}"${rule.name}";q=${limit};w=${lengthOf({ from: periodStart, to: resetAt })}`;
    limits += `${comma}"${rule.name}";r=${left};t=${seconds}`;
  }
  return policies === '' ? {} : { 'RateLimit-Policy': policies, RateLimit: limits };
}
