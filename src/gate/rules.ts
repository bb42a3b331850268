import type { Plan, UsagePeriod } from '../plan/index.ts';
import { matchesRoute, type Route, routePattern } from './route.ts';

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
  const patterns = rules.map((rule) => ({ rule, pattern: routePattern(rule.endpoint) }));
  const known = new Map<string, RuleSet>();

  function find(key: string, isWanted: (entry: (typeof patterns)[number]) => boolean): RuleSet {
    const found = known.get(key);
    if (found !== undefined) return found;
    const wanted = patterns.filter(isWanted).map(({ rule }) => rule);
    const set = { key: wanted.map(({ name }) => name).join(','), rules: wanted };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, set);
    return set;
  }

  return {
    /** The rules whose method and endpoint fit a request, however its path is spelled. */
    forRoute: ({ method, path }: Route): RuleSet =>
      find(`${method} ${path}`, ({ rule, pattern }) =>
        matchesRoute({ method: rule.method, pattern }, { method, path }),
      ),
    /** The rules of a loop, or all. */
    forLoop: (loop: string | undefined): RuleSet =>
      find(`loop ${loop ?? ''}`, ({ rule }) => loop === undefined || rule.loop === loop),
    /** Rules by the names in {@link RuleSet.key}. */
    named: (key: string): RuleSet => find(`named ${key}`, ({ rule }) => key.split(',').includes(rule.name)),
  };
}
