import type { Plan, UsagePeriod } from '../plan/index.ts';
import { compileGlob, matchesRoute, type Route } from './route.ts';

/** What a gate counts by: one step of a loop that has an `api` trigger and a `usage` condition. */
export interface GateRule {
  /** `loop/step`: under this name usage is counted, whatever the address was spelled like. */
  name: string;
  loop: string;
  step: string;
  endpoint: string;
  method: string;
  limits: Readonly<Record<string, number | 'unlimited'>>;
  /** Seconds that roll from the first use, a unit of the calendar, or the subscription's own period. */
  period: UsagePeriod;
  timezone: string;
  /** The share of the limit at which an event is raised. */
  warnAt?: number | undefined;
  onUnavailable: 'allow-bounded' | 'deny' | 'sql';
  /** What a blocked request is told; left out where the loop does not block, and only hears of it. */
  block?: { message: string; upgradeUrl?: string | undefined } | undefined;
}

/** The rules in these plans, in their order. */
export function rulesOf(plans: readonly Plan[]): GateRule[] {
  return plans.flatMap(({ loop, entry, trigger, steps }) => {
    const [step] = steps;
    if (trigger.type !== 'api' || step?.condition?.type !== 'usage') return [];
    const { limits, period, timezone, warnAt, onUnavailable } = step.condition;
    const { action } = step;
    const block =
      action.type === 'block' ? { message: action.message, upgradeUrl: action.upgradeUrl } : undefined;
    const { endpoint, method } = trigger;
    const name = `${loop}/${entry}`;
    const rule = { name, loop, step: entry, endpoint, method, limits, period, timezone };
    return [{ ...rule, warnAt, onUnavailable, block }];
  });
}

/** Rules that decide together, and the name of their company. */
export interface RuleSet {
  key: string;
  rules: readonly GateRule[];
}

/** How many answers for addresses are remembered; whoever makes addresses up does not fill the memory. */
const MOST_KNOWN = 1_000;

/** Finds the rules for a request, or of one loop. */
export function createRuleBook(rules: readonly GateRule[]) {
  const entries = rules.map((rule) => ({ rule, method: rule.method, matches: compileGlob(rule.endpoint) }));
  const known = new Map<string, RuleSet>();

  function setOf(wanted: readonly GateRule[]): RuleSet {
    return { key: wanted.map(({ name }) => name).join(','), rules: wanted };
  }

  return {
    /** The rules whose method and endpoint fit a request, however its path is spelled. */
    forRoute({ method, path }: Route): RuleSet {
      const key = `${method} ${path}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const set = setOf(
        entries.filter((entry) => matchesRoute(entry, { method, path })).map(({ rule }) => rule),
      );
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(key, set);
      return set;
    },
    /** The rules of a loop, or all. */
    forLoop: (loop: string | undefined): RuleSet =>
      setOf(loop === undefined ? rules : rules.filter((rule) => rule.loop === loop)),
    /** Rules by the names in {@link RuleSet.key}. */
    named: (key: string): RuleSet => setOf(rules.filter(({ name }) => key.split(',').includes(name))),
  };
}

/** Finds rules. */
export type RuleBook = ReturnType<typeof createRuleBook>;

const texts = new WeakMap<GateRule, string>();

/**
 * A rule's limits by plan as the script reads them: -1 is none. `*` is any plan that is paid for and not named: what `paid` gets, else the
 * least that any paid plan gets, so that a price with a new name shuts no customer out.
 */
export function limitsText(rule: GateRule): string {
  let text = texts.get(rule);
  if (text === undefined) {
    const { free: _, ...paid } = rule.limits;
    const least = Object.values(paid).sort((left, right) => numberOf(left) - numberOf(right))[0];
    const other = rule.limits.paid ?? least;
    const entries = Object.entries(rule.limits).map(([plan, limit]) => [encodeURIComponent(plan), limit]);
    text = [...entries, ...(other === undefined ? [] : [['*', other]])]
      .map(([plan, limit]) => `,${plan}=${limit === 'unlimited' ? -1 : limit}`)
      .join('');
    texts.set(rule, text);
  }
  return text;
}

function numberOf(limit: number | 'unlimited'): number {
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit;
}
