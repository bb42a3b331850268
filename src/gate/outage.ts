import { type Decision, type Standing, type Verdict, verdictOf } from './decision.ts';
import type { Known } from './memory.ts';
import type { GateRule, RuleSet } from './rules.ts';

/** Whom a call is for, as far as an outage needs to know. */
interface Call {
  ask: { subject: string; plan?: string | undefined };
  set: RuleSet;
  cost: number;
  /** What was last known for sure of the subject. */
  last: Known | undefined;
  /** Nothing is to be used up. */
  isPeek?: boolean | undefined;
}

/** Decides in the team's own database. Answers whether there was room, and counts. */
export type DecideBySql = (call: {
  subject: string;
  cost: number;
  rule: GateRule;
  limit: number;
}) => Promise<boolean>;

/** The share of a limit that each instance lets a subject use in one outage; one unit at the least. */
const SHARE = 0.05;
/** How many subjects an outage keeps count of. Beyond these nobody is let through: a flood is no reason to open the gate. */
const MOST_SUBJECTS = 100_000;

/** What is decided while Redis cannot be asked, by each rule's `onUnavailable`. */
export function createOutage({
  now,
  bySql,
  timeoutMs,
}: {
  now: () => number;
  bySql: DecideBySql | undefined;
  /** How long `bySql` may take, in ms. */
  timeoutMs: number;
}) {
  const admitted = new Map<string, number>();

  async function verdictFor(rule: GateRule, call: Call): Promise<Verdict> {
    const { ask, last } = call;
    if (rule.block === undefined) return 'pass';
    const limit = limitOf(rule, call);
    if (limit === 'unlimited') return 'pass';
    // A plan that is not known may well have it: it cannot be said now.
    if (limit === 'none' || limit === 0)
      return last === undefined && ask.plan === undefined ? 'unavailable' : 'plan';
    if (last?.refusedBy?.rule === rule && now() < last.refusedBy.resetAt) return verdictOf(last.refusedBy);
    switch (rule.onUnavailable) {
      case 'deny':
        return 'unavailable';
      case 'sql':
        return (await askSql(call, rule, limit)) ? 'pass' : 'unavailable';
      case 'allow-bounded':
        return allowBounded(call, rule, limit) ? 'pass' : 'unavailable';
    }
  }

  function allowBounded({ ask, cost, isPeek = false }: Call, rule: GateRule, limit: number): boolean {
    const key = `${rule.name}\n${ask.subject}`;
    const used = (admitted.get(key) ?? 0) + cost;
    const isFull = admitted.size >= MOST_SUBJECTS && !admitted.has(key);
    if (isFull || used > Math.max(1, Math.floor(limit * SHARE))) return false;
    if (!isPeek) admitted.set(key, used);
    return true;
  }

  async function askSql({ ask, cost, isPeek }: Call, rule: GateRule, limit: number): Promise<boolean> {
    if (bySql === undefined || isPeek) return isPeek ?? false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const answer = bySql({ subject: ask.subject, cost, rule, limit }).catch(() => false);
    return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
  }

  return {
    /** Decides without Redis; every rule has to agree. */
    async decide(call: Call): Promise<Decision> {
      const { set, last } = call;
      let verdict: Verdict = 'pass';
      let refusedBy: Standing | undefined;
      for (const rule of set.rules) {
        verdict = await verdictFor(rule, call);
        if (verdict === 'pass') continue;
        refusedBy = last?.standings.find((standing) => standing.rule === rule) ?? unknownStanding(rule);
        break;
      }
      return {
        allowed: verdict === 'pass',
        verdict,
        refusedBy,
        plan: last?.plan ?? call.ask.plan ?? 'free',
        standings: [],
        replayed: false,
        degraded: true,
        // What is not known is left out: a client that read zeros would believe them.
        headers: {},
      };
    },
    /** Redis answers again: the next outage begins anew. */
    over(): void {
      if (admitted.size > 0) admitted.clear();
    },
  };
}

/** Decides while Redis is away. */
export type Outage = ReturnType<typeof createOutage>;

/** The limit a subject has by what is known: by the last decision on it, else by the plan that the app tells of, else as somebody who pays nothing. */
function limitOf(rule: GateRule, { ask, last }: Call): Standing['limit'] {
  const known = last?.standings.find((standing) => standing.rule === rule)?.limit;
  return known ?? rule.limits[ask.plan ?? last?.plan ?? 'free'] ?? 'none';
}

function unknownStanding(rule: GateRule): Standing {
  return { rule, used: 0, limit: 'none', periodStart: 0, resetAt: 0, sequence: 0 };
}
