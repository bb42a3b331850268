import { createId } from './identifiers.ts';
import { RequestError } from './request-error.ts';

/**
 * What goes wrong: `fail` never reaches the endpoint; `delay` delivers later; `double` delivers twice; `reorder`
 * delivers after the next message; `lose-answer` reaches the endpoint, but its answer is lost.
 */
export type FaultAction = (typeof ACTIONS)[number];

const ACTIONS = ['fail', 'delay', 'double', 'reorder', 'lose-answer'] as const;

/** A rule that makes deliveries go wrong. */
export interface FaultRule {
  /** Which deliveries it is about; all of them without a match. `url` matches as a prefix. */
  match?: { url?: string | undefined; label?: string | undefined; runId?: string | undefined } | undefined;
  action: FaultAction;
  /** How many deliveries it hits at most; without a limit unless told. */
  times?: number | undefined;
  /** How likely it hits a delivery it matches, 0 to 1; always unless told. */
  probability?: number | undefined;
  /** Where the rule's random numbers start: the same seed hits the same deliveries. */
  seed?: number | undefined;
  /** How long `delay` holds a delivery, in ms; 1000 unless told. */
  delayMs?: number | undefined;
}

/** A rule in force. */
export interface ActiveFault extends FaultRule {
  id: string;
  /** How many deliveries it has hit. */
  hits: number;
}

/** The faults in force. */
export interface Faults {
  add(rule: FaultRule): ActiveFault;
  list(): ActiveFault[];
  /** Removes one rule, or all of them. */
  clear(id?: string): void;
  /** The first rule that hits a delivery now about to be made. */
  hit(delivery: {
    url: string;
    labels: readonly string[];
    runId: string | undefined;
  }): ActiveFault | undefined;
}

const DEFAULT_DELAY_MS = 1000;

/** A small seeded generator (mulberry32): good enough for coin tosses, the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How long `fault` holds a delivery, in ms. */
export function faultDelayMs(fault: FaultRule): number {
  return fault.delayMs ?? DEFAULT_DELAY_MS;
}

/** Creates an empty set of faults. */
export function createFaults(): Faults {
  const rules = new Map<string, { fault: ActiveFault; random: () => number }>();
  return {
    add(rule) {
      const fault: ActiveFault = { ...rule, id: createId('flt'), hits: 0 };
      rules.set(fault.id, { fault, random: createRandom(rule.seed ?? 1) });
      return fault;
    },
    list: () => [...rules.values()].map(({ fault }) => fault),
    clear(id) {
      if (id === undefined) rules.clear();
      else rules.delete(id);
    },
    hit(delivery) {
      for (const { fault, random } of rules.values()) {
        if (fault.hits >= (fault.times ?? Number.POSITIVE_INFINITY) || !matches(fault, delivery)) continue;
        if (random() >= (fault.probability ?? 1)) continue;
        fault.hits += 1;
        return fault;
      }
      return undefined;
    },
  };
}

function matches({ match }: FaultRule, delivery: Parameters<Faults['hit']>[0]): boolean {
  if (match === undefined) return true;
  if (match.url !== undefined && !delivery.url.startsWith(match.url)) return false;
  if (match.label !== undefined && !delivery.labels.includes(match.label)) return false;
  return match.runId === undefined || match.runId === delivery.runId;
}

function readNumber(rule: Record<string, unknown>, name: string, max: number): number | undefined {
  const value = rule[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= max)) {
    throw new RequestError(400, `fault.${name} must be a number from 0 to ${max}`);
  }
  return value;
}

function readMatch(value: unknown): FaultRule['match'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null)
    throw new RequestError(400, 'fault.match must be an object');
  const known = ['url', 'label', 'runId'];
  for (const [name, wanted] of Object.entries(value)) {
    if (!known.includes(name) || typeof wanted !== 'string') {
      throw new RequestError(400, `fault.match.${name}: give ${known.join(', ')} as strings`);
    }
  }
  return value as FaultRule['match'];
}

/** Checks a rule that came over HTTP. Throws a 400 that names the field. */
export function readFaultRule(input: unknown): FaultRule {
  if (typeof input !== 'object' || input === null)
    throw new RequestError(400, 'a fault must be a JSON object');
  const rule = input as Record<string, unknown>;
  const action = ACTIONS.find((known) => known === rule.action);
  if (action === undefined) throw new RequestError(400, `fault.action must be one of ${ACTIONS.join(', ')}`);
  return {
    action,
    match: readMatch(rule.match),
    times: readNumber(rule, 'times', Number.MAX_SAFE_INTEGER),
    probability: readNumber(rule, 'probability', 1),
    seed: readNumber(rule, 'seed', Number.MAX_SAFE_INTEGER),
    delayMs: readNumber(rule, 'delayMs', Number.MAX_SAFE_INTEGER),
  };
}
