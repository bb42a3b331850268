import type { Plan } from '../plan/index.ts';
import { checkAsk } from './ask.ts';
import { type Decision, rateLimitHeaders, readReply, type Standing } from './decision.ts';
import { createMemory } from './memory.ts';
import { createOutage, type DecideBySql } from './outage.ts';
import type { RedisAccess } from './redis.ts';
import type { Route } from './route.ts';
import { createRuleBook, type RuleSet, rulesOf } from './rules.ts';
import { createStore, type Operation } from './store.ts';
import { createTellings, type GateEvent } from './tellings.ts';

/** What a gate is made of. */
export interface GateOptions {
  /** The loops, compiled; those with an `api` trigger and a `usage` condition are the gate's. */
  plans: readonly Plan[];
  redis: RedisAccess;
  /** `production`, or `preview-…`: keeps the counters of one deployment apart from another's. */
  namespace?: string | undefined;
  /** ms since the epoch. */
  now?: (() => number) | undefined;
  /** How long Redis may take, in ms; 800 unless told. */
  timeoutMs?: number | undefined;
  /** Hands events on (a limit reached, or near); called again with the same ids until it has succeeded once. */
  onEvents?: ((events: readonly GateEvent[]) => Promise<void>) | undefined;
  /** Where usage stands after calls that were charged or given back; several changes of one counter come as its last. */
  onUsage?: ((rows: readonly UsageRow[]) => Promise<void>) | undefined;
  /** Decides while Redis is away, for rules whose `onUnavailable` is `sql`; without, they deny. */
  bySql?: DecideBySql | undefined;
}

/** Whom a call is for, and what it is. */
export interface Ask {
  subject: string;
  /** Whole units; 1 unless told. */
  cost?: number | undefined;
  /** The same for every attempt at one call: it is charged once. Made up unless told. Never what a client may choose freely. */
  rid?: string | undefined;
  /** The request, by which the rules are found. */
  route?: Route | undefined;
  /** A loop's id, instead of the request; with neither, all rules. */
  loop?: string | undefined;
  /** The subject's plan, where the application knows it and Stripe does not. */
  plan?: string | undefined;
}

/** A decision, and what to do when the call is over. */
export interface Take extends Decision {
  rid: string;
  /** What {@link Gate.undo} needs on another machine. */
  hold: string;
  /** The call is done: its units stay used. */
  commit(): void;
  /** The call failed through no fault of the client's: its units are given back, once. */
  undo(): Promise<void>;
}

/** How a counter stands. */
export interface UsageRow extends Standing {
  subject: string;
}

/** A plan, as the billing provider has it. */
export interface SubscribedPlan {
  plan: string;
  /** The billing period, ms since the epoch. */
  periodStart: number;
  periodEnd: number;
  /** Whether it may be used: paid for, on trial, or about to be paid. */
  isPaying: boolean;
  customer: string;
  /** Grows with each look at the customer's subscription; an older look never overwrites a newer. */
  version: number;
}

/** How long a hold is kept, in ms: longer than any function runs. A client's own id is recognised for a day. */
const HOLD_MS = 15 * 60_000;
const CLIENT_HOLD_MS = 24 * 3_600_000;

/** Opens a gate; nothing is sent until first used. */
export function createGate(options: GateOptions) {
  const { redis, namespace = 'production', now = Date.now, timeoutMs = 800 } = options;
  const prefix = `skene:${namespace}`;
  const store = createStore({ ...redis, prefix, now, timeoutMs });
  const book = createRuleBook(rulesOf(options.plans));
  const memory = createMemory();
  const outage = createOutage({ now, bySql: options.bySql });
  const tellings = createTellings({ store, now, onEvents: options.onEvents, onUsage: options.onUsage });
  const self = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  let count = 0;

  const hashOf = (subject: string) => `${prefix}:gate:${subject}`;
  const rulesFor = ({ route, loop }: Pick<Ask, 'route' | 'loop'>): RuleSet =>
    route === undefined ? book.forLoop(loop) : book.forRoute(route);
  const memoryKey = ({ subject, plan }: Ask, { key }: RuleSet) => `${key}\n${plan ?? ''}\n${subject}`;

  function known(ask: Ask, set: RuleSet, cost: number): Decision | undefined {
    const decision = memory.find(memoryKey(ask, set), { cost, now: now(), revision: store.revision() });
    return decision && { ...decision, headers: rateLimitHeaders(decision.standings, now()) };
  }

  function operationOf(
    ask: Ask,
    set: RuleSet,
    call: { mode: string; cost: number; nonce: string; rid: string },
  ) {
    const { mode, cost, nonce, rid } = call;
    const hash = hashOf(ask.subject);
    const ttl = ask.rid === undefined ? HOLD_MS : CLIENT_HOLD_MS;
    const plan = ask.plan === undefined ? '-' : encodeURIComponent(ask.plan);
    const hold = mode === 'p' ? hash : holdOf(ask.subject, set, rid);
    return { hash, hold, text: `${mode} ${cost} ${ttl} ${nonce} ${plan}`, rules: set.rules };
  }

  const holdOf = (subject: string, set: RuleSet, rid: string) =>
    `${prefix}:gate-hold:${subject}:${set.key}:${encodeURIComponent(rid)}`;

  async function decide(ask: Ask, set: RuleSet, operation: Operation & { cost: number; nonce: string }) {
    const { cost } = operation;
    const answered = await store.run(operation).catch(() => undefined);
    if (answered === undefined) {
      const last = memory.last(memoryKey(ask, set));
      const decision = await outage.decide({ ask, set, cost, last });
      // What Redis may have done before it fell silent is undone; what is let through is charged when it is back, once.
      store.owe(
        decision.allowed
          ? { ...operation, text: `f${operation.text.slice(1)}` }
          : { ...operation, text: `u ${operation.nonce}`, rules: [] },
      );
      return { decision, isCharged: decision.allowed };
    }
    outage.over();
    const { reply, revision } = answered;
    const { decision, signals, isCharged } = readReply(reply, { rules: set.rules, cost, now: now() });
    memory.note(memoryKey(ask, set), decision, { cost, revision });
    tellings.raise(ask.subject, hashOf(ask.subject), signals);
    return { decision, isCharged };
  }

  async function giveBack(subject: string, set: RuleSet, { rid, nonce }: { rid: string; nonce: string }) {
    const operation = {
      hash: hashOf(subject),
      hold: holdOf(subject, set, rid),
      text: `u ${nonce}`,
      rules: [],
    };
    const answered = await store.run(operation).catch(() => undefined);
    if (answered === undefined) {
      store.owe(operation);
      return undefined;
    }
    const [isGivenBack, wasBlocked, ...numbers] = answered.reply.map(Number);
    // Other gates may remember that there was no room.
    if (wasBlocked === 1) await change(subject, ['touch']).catch(() => {});
    return isGivenBack === 1 ? numbers : undefined;
  }

  async function undo({ subject, hold }: { subject: string; hold: string }): Promise<boolean> {
    const [key = '', rid = ''] = hold.split(' ');
    const set = book.named(key);
    return (await giveBack(subject, set, { rid: decodeURIComponent(rid), nonce: '-' })) !== undefined;
  }

  async function take(ask: Ask): Promise<Take> {
    const { subject, cost = 1 } = ask;
    const nonce = `${self}${(count++).toString(36)}`;
    const rid = ask.rid ?? nonce;
    checkAsk({ subject, cost, rid });
    const set = rulesFor(ask);
    const hold = `${set.key} ${encodeURIComponent(rid)}`;
    const still = { rid, hold, commit() {}, async undo() {} };
    if (set.rules.length === 0) return { ...UNGATED, ...still };
    const remembered = known(ask, set, cost);
    if (remembered !== undefined) {
      if (!remembered.allowed) {
        tellings.again(subject, remembered.standings);
        return { ...remembered, ...still };
      }
      const operation = operationOf(ask, set, { mode: 'f', cost, nonce, rid });
      tellings.tally(operation, cost);
      return { ...remembered, ...still, undo: async () => tellings.tally(operation, -cost) };
    }
    const operation = operationOf(ask, set, { mode: 't', cost, nonce, rid });
    const { decision, isCharged } = await decide(ask, set, { ...operation, cost, nonce });
    if (!isCharged) return { ...decision, ...still };
    let isOver = false;
    return {
      ...decision,
      rid,
      hold,
      commit() {
        if (!isOver && !decision.degraded) tellings.used(subject, decision.standings);
        isOver = true;
      },
      async undo() {
        if (isOver) return;
        isOver = true;
        const numbers = await giveBack(subject, set, { rid, nonce });
        if (numbers !== undefined) tellings.used(subject, corrected(decision.standings, numbers));
      },
    };
  }

  async function peek(ask: Omit<Ask, 'rid'>): Promise<Decision> {
    const { subject, cost = 1 } = ask;
    checkAsk({ subject, cost, rid: '-' });
    const set = rulesFor(ask);
    if (set.rules.length === 0) return UNGATED;
    const remembered = known(ask, set, cost);
    if (remembered !== undefined) return remembered;
    const operation = operationOf(ask, set, { mode: 'p', cost, nonce: '-', rid: '-' });
    const answered = await store.run(operation).catch(() => undefined);
    if (answered === undefined)
      return outage.decide({ ask, set, cost, last: memory.last(memoryKey(ask, set)), isPeek: true });
    const { decision } = readReply(answered.reply, { rules: set.rules, cost, now: now() });
    memory.note(memoryKey(ask, set), decision, { cost, revision: answered.revision });
    return decision;
  }

  async function change(subject: string, args: readonly string[]): Promise<void> {
    await store.change(hashOf(subject), args);
    memory.clear();
  }

  return {
    /** Decides, and charges what is let through. Never throws for want of Redis. @throws {RequestError} for what cannot be counted. */
    take,
    /** As {@link take}, and charges nothing. */
    peek,
    /** Gives back what a call was charged, on any machine, by the `hold` of its take. Answers whether there was anything to give back. */
    undo,
    /** Whether some rule is for this request. */
    isGated: (route: Route): boolean => book.forRoute(route).rules.length > 0,
    /** Says which plan a subject has from now on; every gate heeds it within a second. */
    setPlan(subject: string, { plan, periodStart, periodEnd, isPaying, customer, version }: SubscribedPlan) {
      const name = isPaying ? encodeURIComponent(plan) : 'free';
      const words = [version, encodeURIComponent(customer), isPaying ? 1 : 0, name];
      const period = isPaying ? [periodStart, periodEnd] : [0, 0];
      return change(subject, ['plan', ...words.map(String), ...period.map(String)]);
    },
    /** Gives a subject a limit of its own for a loop's rule, until a time (ms) or for good; `undefined` takes it away. */
    setLimit(
      subject: string,
      rule: string,
      own: { limit: number | 'unlimited'; until?: number } | undefined,
    ) {
      const amount = own === undefined ? '' : String(own.limit === 'unlimited' ? -1 : own.limit);
      return change(subject, ['extra', String(now()), rule, 'o', '', amount, String(own?.until ?? 0)]);
    },
    /** Gives a subject units beside its plan, which are used when the plan's are, the first to expire first. The same id counts once. */
    grant(subject: string, rule: string, given: { id: string; units: number; until?: number }) {
      const { id, units, until = 0 } = given;
      return change(subject, [
        'extra',
        String(now()),
        rule,
        'g',
        encodeURIComponent(id),
        String(units),
        String(until),
      ]);
    },
    /** Resolves when everything that was left for after the answer is done. Hand it to `waitUntil`. */
    settled: tellings.settled,
  };
}

/** Decides whether a subject may use a feature now, and counts it. */
export type Gate = ReturnType<typeof createGate>;

const UNGATED: Decision = {
  allowed: true,
  verdict: 'pass',
  plan: 'free',
  standings: [],
  replayed: false,
  degraded: false,
  headers: {},
};

/** Standings with what Redis said of each after something was given back: used, start of the period, sequence. */
function corrected(standings: readonly Standing[], numbers: readonly number[]): Standing[] {
  return standings.flatMap((standing, index) => {
    const [used = 0, start, sequence = 0] = numbers.slice(3 * index, 3 * index + 3);
    return start === standing.periodStart ? [{ ...standing, used, sequence }] : [];
  });
}
