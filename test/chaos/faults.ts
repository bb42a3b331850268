import { roll } from './dice.ts';

/** What can go wrong between the functions and a service that they ask over HTTP. */
const CALL_KINDS = {
  /** Nothing was sent. */
  refused: 2,
  /** Answered 5xx, and did nothing. */
  'answered 5xx': 2,
  /** Did the work, and answered 5xx. */
  'done, answered 5xx': 2,
  /** Did the work; the connection was reset before its answer came. */
  'done, reset': 2,
  /** Nothing came, and nothing was done. */
  'timed out': 1,
  /** Nothing came in time; the work is done when the caller has given up already. */
  'timed out, done later': 2,
  /** Did the work; the answer breaks off in the middle. */
  'done, answer cut': 1,
  /** Refused for now (429). */
  'rate limited': 1,
} as const;

/** What can go wrong where somebody calls the functions: QStash, a webhook's sender, the app. */
const DELIVERY_KINDS = {
  /** Nobody was there. */
  refused: 2,
  /** The work was done; the answer never came. */
  'answer lost': 3,
  /** The platform answers 504 while the work still goes on. */
  'gateway timeout': 3,
  /** Comes twice at the same time, to two instances. */
  'twice at once': 3,
  /** Comes now, and again minutes later. */
  'again later': 3,
} as const;

/** What can go wrong on a connection to the database. */
const CABLE_KINDS = {
  refused: 1,
  /** The server has no connection left (53300). */
  'too many connections': 1,
  /** Cut before the server heard of it. */
  'cut before': 2,
  /** The server does it; the connection is cut before its answer comes. */
  'cut after': 2,
  /** The server is shut down (57P01). */
  shutdown: 2,
  stall: 2,
} as const;

/** The process of the functions ends, with all that it is doing: before something leaves it, or before its answer arrives. */
const KILL_KINDS = { 'killed before': 1, 'killed after': 1 } as const;

export type CallFault = keyof typeof CALL_KINDS | keyof typeof KILL_KINDS;
export type DeliveryFault = keyof typeof DELIVERY_KINDS;
export type CableFault = keyof typeof CABLE_KINDS | keyof typeof KILL_KINDS;
/** The services that functions ask over HTTP. */
export type Service = 'redis' | 'qstash' | 'resend' | 'partner' | 'functions' | 'stripe';

/** One that was injected. */
export interface Injected {
  /** By the world's clock, ms since the epoch. */
  at: number;
  /** `redis: done, reset`. */
  kind: string;
  /** Where: which call of which delivery. */
  place: string;
}

/** A place where a process may be killed: before or after one call of a step of a loop. */
export interface Boundary {
  passed: number;
  killed: number;
}

/** How likely each thing goes wrong, from 0 to 1. */
export interface Rates {
  call: number;
  delivery: number;
  cable: number;
  kill: number;
}

/** What a storm is like unless told. */
export const USUAL_RATES: Rates = { call: 0.07, delivery: 0.25, cable: 0.03, kill: 0.006 };

/** Where faults are drawn, and kept count of. */
export interface FaultPlan {
  /** What happens to a call of this name, if anything. */
  call(service: Service, place: string): CallFault | undefined;
  delivery(place: string): DeliveryFault | undefined;
  cable(place: string): CableFault | undefined;
  /** Notes that something leaves a process, or has come back to it: where it may be killed. */
  pass(boundary: string, isKilled: boolean): void;
  /** How often each boundary was passed, and how often a process was killed there. */
  readonly boundaries: ReadonlyMap<string, Boundary>;
  /** Notes one that was injected by other means. */
  note(kind: string, place: string): void;
  /** A number from 0 to 1 that follows from the seed and the name. */
  roll(name: string): number;
  /** Whether anything goes wrong at all. */
  isStormy: boolean;
  readonly injected: readonly Injected[];
}

/** Faults that follow from the seed and from what each call is named: not from what comes before what. */
export function createFaultPlan({
  seed,
  rates,
  now,
}: {
  seed: number;
  rates: Rates;
  now: () => number;
}): FaultPlan {
  const injected: Injected[] = [];
  const boundaries = new Map<string, Boundary>();
  const plan: FaultPlan = {
    isStormy: false,
    injected,
    boundaries,
    pass(name, isKilled) {
      if (!plan.isStormy) return;
      const { passed, killed } = boundaries.get(name) ?? { passed: 0, killed: 0 };
      boundaries.set(name, { passed: passed + 1, killed: killed + Number(isKilled) });
    },
    roll: (name) => roll(seed, name),
    note: (kind, place) => void injected.push({ at: now(), kind, place }),
    call: (service, place) =>
      draw<CallFault>({
        place: `${service} ${place}`,
        label: service,
        kinds: CALL_KINDS,
        rate: rates.call,
        kill: service === 'stripe' ? 0 : rates.kill,
      }),
    delivery: (place) =>
      draw<DeliveryFault>({ place, label: 'delivery', kinds: DELIVERY_KINDS, rate: rates.delivery, kill: 0 }),
    cable: (place) =>
      draw<CableFault>({ place, label: 'database', kinds: CABLE_KINDS, rate: rates.cable, kill: rates.kill }),
  };

  function draw<TKind extends string>({ place, label, kinds, rate, kill }: Draw): TKind | undefined {
    if (!plan.isStormy) return undefined;
    const chance = roll(seed, place);
    const isKill = chance < kill;
    if (!isKill && chance >= kill + rate) return undefined;
    const kind = pick(isKill ? KILL_KINDS : kinds, roll(seed, `${place} kind`)) as TKind;
    plan.note(`${isKill ? 'functions' : label}: ${kind}`, place);
    return kind;
  }
  return plan;
}

interface Draw {
  place: string;
  label: string;
  kinds: Readonly<Record<string, number>>;
  rate: number;
  kill: number;
}

/** One of the kinds, each as likely as its weight says. */
function pick(kinds: Readonly<Record<string, number>>, chance: number): string {
  const entries = Object.entries(kinds);
  let left = chance * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of entries) {
    left -= weight;
    if (left < 0) return kind;
  }
  return entries[0]?.[0] ?? '';
}

/** How often each kind was injected, the most frequent first. */
export function countKinds(injected: readonly Injected[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of injected) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, one], [, other]) => other - one));
}

/** Every kind that there is, as {@link countKinds} names them. */
export function allKinds(): string[] {
  const services: Service[] = ['redis', 'qstash', 'resend', 'partner', 'functions'];
  const of = (label: string, kinds: object) => Object.keys(kinds).map((kind) => `${label}: ${kind}`);
  return [
    ...services.flatMap((service) => of(service, CALL_KINDS)),
    ...of('delivery', DELIVERY_KINDS),
    ...of('database', CABLE_KINDS),
    ...of('functions', KILL_KINDS),
    ...['fail', 'delay', 'double', 'reorder', 'lose-answer'].map((action) => `qstash delivers: ${action}`),
  ];
}
