import { type Decision, type Standing, type Verdict, verdictOf } from './decision.ts';
import { type Known, keep } from './memory.ts';
import type { GateRule, RuleSet } from './rules.ts';

/** Whom a call is for, as far as an outage needs to know. */
interface Call {
  ask: { subject: string; plan?: string | undefined };
  set: RuleSet;
  cost: number;
  /** What was last known for sure of the subject. */
  last: Known | undefined;
  /** Whether one more call can be kept in mind until Redis is told of it. */
  mayOwe: boolean;
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

/** What is decided without Redis. */
export interface Provisional {
  decision: Decision;
  /** Frees the allowance that the call has used: for when Redis has been told of it. */
  release: () => void;
}

/** The share of a limit that each instance lets a subject use before Redis is told of it; one unit at the least. */
const SHARE = 0.05;

/**
 * What is decided while Redis cannot be asked, by each rule's `onUnavailable`. With `allow-bounded`, what an instance has let through and
 * Redis has not been told of is never more than one allowance; and whom Redis then says to have used everything up gets no other until
 * the reset. So all of an instance's outages in a period together come to one allowance over the limit at the most.
 */
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
  /** Units that Redis has not been told of yet, by rule and subject. */
  const untold = new Map<string, number>();
  /** Who has used everything up, by rule and subject, as Redis last said. */
  const usedUp = new Map<string, Standing>();

  /** @param take notes that a rule's allowance is used. */
  async function verdictFor(rule: GateRule, call: Call, take: (key: string) => void): Promise<Verdict> {
    const { ask, last, isPeek = false } = call;
    if (rule.block === undefined) return 'pass';
    const limit = limitOf(rule, call);
    if (limit === 'unlimited') return 'pass';
    // A plan that is not known may well have it: it cannot be said now.
    if (limit === 'none' || limit === 0)
      return last === undefined && ask.plan === undefined ? 'unavailable' : 'plan';
    const full = fullStanding(rule, call);
    if (full !== undefined) return verdictOf(full);
    switch (rule.onUnavailable) {
      case 'deny':
        return 'unavailable';
      case 'sql':
        return (await askSql(call, rule, limit)) ? 'pass' : 'unavailable';
      case 'allow-bounded': {
        const key = keyOf(rule, ask.subject);
        const units = (untold.get(key) ?? 0) + call.cost;
        if (!call.mayOwe || units > Math.max(1, Math.floor(limit * SHARE))) return 'unavailable';
        if (!isPeek) take(key);
        return 'pass';
      }
    }
  }

  /** How a subject stood in this period that was refused, or had nothing left, by a limit that is not known to have risen. */
  function fullStanding(rule: GateRule, call: Call): Standing | undefined {
    const { last, ask } = call;
    const refusedBy = last?.refusedBy?.rule === rule ? last.refusedBy : undefined;
    if (refusedBy !== undefined && now() < refusedBy.resetAt) return refusedBy;
    const full = usedUp.get(keyOf(rule, ask.subject));
    const isFull = full !== undefined && full.used >= Number(limitOf(rule, call)) && now() < full.resetAt;
    return isFull ? full : undefined;
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

  function add(key: string, units: number): void {
    const sum = (untold.get(key) ?? 0) + units;
    if (sum > 0) untold.set(key, sum);
    else untold.delete(key);
  }

  return {
    /** Decides without Redis; every rule has to agree. */
    async decide(call: Call): Promise<Provisional> {
      const { set, last, cost } = call;
      const taken: string[] = [];
      const release = () => {
        for (const key of taken.splice(0)) add(key, -cost);
      };
      let verdict: Verdict = 'pass';
      let refusedBy: Standing | undefined;
      for (const rule of set.rules) {
        verdict = await verdictFor(rule, call, (key) => {
          add(key, cost);
          taken.push(key);
        });
        if (verdict === 'pass') continue;
        refusedBy =
          fullStanding(rule, call) ??
          last?.standings.find((standing) => standing.rule === rule) ??
          unknownStanding(rule);
        release();
        break;
      }
      const decision: Decision = {
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
      return { decision, release };
    },
    /** Hears how a subject stands with Redis. */
    note(subject: string, standings: readonly Standing[]): void {
      for (const standing of standings) {
        const { rule, used, limit, sequence } = standing;
        const isUsedUp = typeof limit === 'number' && limit > 0 && used >= limit;
        if (!isUsedUp && usedUp.size === 0) continue;
        const key = keyOf(rule, subject);
        if ((usedUp.get(key)?.sequence ?? 0) > sequence) continue;
        if (isUsedUp) keep(usedUp, key, standing);
        else usedUp.delete(key);
      }
    },
  };
}

/** Decides while Redis is away. */
export type Outage = ReturnType<typeof createOutage>;

const keyOf = ({ name }: GateRule, subject: string): string => `${name}\n${subject}`;

/** The limit a subject has by what is known: by the last decision on it, else by the plan that the app tells of, else as somebody who pays nothing. */
function limitOf(rule: GateRule, { ask, last }: Call): Standing['limit'] {
  const known = last?.standings.find((standing) => standing.rule === rule)?.limit;
  return known ?? rule.limits[ask.plan ?? last?.plan ?? 'free'] ?? 'none';
}

function unknownStanding(rule: GateRule): Standing {
  return { rule, used: 0, limit: 'none', periodStart: 0, resetAt: 0, sequence: 0 };
}
