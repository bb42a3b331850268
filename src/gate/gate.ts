import type { Plan } from '../plan/index.ts';
import { createAllowances } from './allowances.ts';
import { checkAsk } from './ask.ts';
import {
  type Decision,
  type ReadReply,
  rateLimitHeaders,
  readReply,
  type Standing,
  type UsageRow,
} from './decision.ts';
import { createMemory } from './memory.ts';
import type { Operation, Reply } from './operation.ts';
import { createOutage, type DecideBySql } from './outage.ts';
import type { RedisAccess } from './redis.ts';
import type { Route } from './route.ts';
import { createRuleBook, type GateRule, type RuleSet, rulesOf } from './rules.ts';
import { createStore, StoreUnavailable } from './store.ts';
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
  /** Hears, once an outage, why Redis could not be asked; `console.warn` unless told. */
  onOutage?: ((error: unknown) => void) | undefined;
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

/** One call, as the gate goes about it. */
interface Call {
  ask: Ask;
  set: RuleSet;
  cost: number;
  rid: string;
  /** Made up for this call and no other: by it an attempt that is repeated is known from another call with the same `rid`. */
  nonce: string;
  /** Under what its answer is remembered. */
  key: string;
}

/** As much of a call as giving back its units needs. */
type Charged = Pick<Call, 'ask' | 'set' | 'rid' | 'nonce'>;

/** How long a hold is kept, in ms: longer than any function runs. A client's own id is recognised for a day. */
const HOLD_MS = 15 * 60_000;
const CLIENT_HOLD_MS = 24 * 3_600_000;

/** Opens a gate; nothing is sent until first used. */
export function createGate(options: GateOptions) {
  const { redis, namespace = 'production', now = Date.now, timeoutMs = 800, onOutage = warn } = options;
  const prefix = `skene:${namespace}`;
  const store = createStore({ ...redis, prefix, now, timeoutMs, onOutage });
  const book = createRuleBook(rulesOf(options.plans));
  const memory = createMemory();
  const outage = createOutage({ now, bySql: options.bySql, timeoutMs });
  const tellings = createTellings({ store, now, onEvents: options.onEvents, onUsage: options.onUsage });
  const self = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  let count = 0;

  const hashOf = (subject: string) => `${prefix}:gate:${subject}`;

  function callOf(ask: Ask): Call {
    const { subject, cost = 1, rid, plan, route, loop } = ask;
    const nonce = `${self}${(count++).toString(36)}`;
    checkAsk({ subject, cost, rid, plan });
    const set = route === undefined ? book.forLoop(loop) : book.forRoute(route);
    return { ask, set, cost, rid: rid ?? nonce, nonce, key: `${set.key} ${planText(ask)} ${subject}` };
  }

  function known(call: Call): Decision | undefined {
    const at = now();
    const decision = memory.find(call.key, { cost: call.cost, now: at, revision: store.revision() });
    return decision && { ...decision, headers: rateLimitHeaders(decision.standings, at) };
  }

  const holdOf = ({ ask, set, rid, nonce }: Charged) =>
    `${prefix}:gate-hold:${ask.subject}:${set.key}:${rid === nonce ? nonce : encodeURIComponent(rid)}`;

  function operationOf(call: Call, mode: 't' | 'f' | 'p' | 'r'): Operation {
    const { ask, set, cost, nonce } = call;
    const hash = hashOf(ask.subject);
    const ttl = ask.rid === undefined ? HOLD_MS : CLIENT_HOLD_MS;
    const hold = mode === 't' || mode === 'f' ? holdOf(call) : hash;
    return { hash, hold, rules: set.rules, form: `${mode} ${cost} ${ttl} ${planText(ask)}`, text: nonce };
  }

  /** Asks Redis, or, where it does not answer, the rules' policies. */
  async function decide(
    call: Call,
    mode: 't' | 'p' | 'r',
  ): Promise<{ decision: Decision; isCharged: boolean }> {
    try {
      const { reply, revision } = await store.run(operationOf(call, mode));
      outage.over();
      const read = readReply(reply, { rules: call.set.rules, now: now() });
      const { decision, holdsUntil } = read;
      // Who has only looked has not been refused: the next call has to be, so that it is told of.
      if (decision.allowed || mode !== 'p')
        memory.note(call.key, decision, { cost: call.cost, revision, holdsUntil });
      if (mode !== 'p') tell(call, read);
      return read;
    } catch (error) {
      const last = memory.last(call.key);
      const decision = await outage.decide({ ...call, last, isPeek: mode !== 't' });
      if (mode === 't')
        makeGood(call, { decision, wasAsked: error instanceof StoreUnavailable && error.wasAsked });
      return { decision, isCharged: mode === 't' && decision.allowed };
    }
  }

  /** What is let through without Redis is charged when it is back, once; what it may have charged before it fell silent is undone. */
  function makeGood(call: Call, { decision, wasAsked }: { decision: Decision; wasAsked: boolean }): void {
    if (decision.allowed) owe(call);
    else if (wasAsked) store.owe(undoOf(call));
  }

  const owe = (call: Call) => store.owe(operationOf(call, 'f'), (reply) => tellOf(call, reply));
  const tellOf = (call: Call, reply: Reply) =>
    tell(call, readReply(reply, { rules: call.set.rules, now: now() }));

  function tell({ ask }: Call, { decision, signals, isCharged }: ReadReply): void {
    tellings.raise(ask.subject, hashOf(ask.subject), signals);
    if (isCharged) tellings.used(ask.subject, decision.standings);
  }

  const undoOf = (call: Charged): Operation => ({
    hash: hashOf(call.ask.subject),
    hold: holdOf(call),
    rules: NO_RULES,
    text: `u ${call.nonce}`,
  });

  /** Answers how the counters stand now, or nothing where there was nothing to give back. */
  async function giveBack(call: Charged): Promise<number[] | undefined> {
    const operation = undoOf(call);
    try {
      const { reply } = await store.run(operation);
      const [isGivenBack, revision = '0', ...numbers] = reply;
      // Other gates may remember that there was no room.
      if (revision !== '0') store.noteRevision(revision);
      return isGivenBack === '1' ? numbers.map(Number) : undefined;
    } catch {
      store.owe(operation);
      return undefined;
    }
  }

  async function undo({ subject, hold }: { subject: string; hold: string }): Promise<boolean> {
    const [key = '', rid = '', nonce = ''] = hold.split(' ');
    const set = { ...book.named(key), key };
    const call = { ask: { subject }, set, rid: decoded(rid), nonce };
    if (set.rules.length === 0 || nonce === '') return false;
    checkAsk({ subject, cost: 1, rid: call.rid });
    return (await giveBack(call)) !== undefined;
  }

  /** A subject without a limit is let through, and counted later: many calls at once, but each of those that have an id of their own. */
  function letThrough(call: Call): () => void {
    if (call.ask.rid !== undefined) {
      owe(call);
      return () => store.owe(undoOf(call));
    }
    const tally = (units: number) =>
      tellings.tally(operationOf(call, 'f'), units, (reply) => tellOf(call, reply));
    tally(call.cost);
    return () => tally(-call.cost);
  }

  async function take(ask: Ask): Promise<Take> {
    const call = callOf(ask);
    if (call.set.rules.length === 0) return takeOf(UNGATED, call);
    const remembered = known(call);
    if (remembered?.allowed) {
      const takeBack = letThrough(call);
      return takeOf(remembered, call, async () => takeBack());
    }
    // An id may be that of a call which was let through before the subject was blocked: only Redis knows.
    if (remembered !== undefined && ask.rid === undefined) {
      tellings.again(ask.subject, remembered.standings);
      return takeOf(remembered, call);
    }
    const { decision, isCharged } = await decide(call, 't');
    if (!isCharged) return takeOf(decision, call);
    return takeOf(decision, call, async () => {
      const numbers = await giveBack(call);
      if (numbers !== undefined) tellings.used(ask.subject, corrected(decision.standings, numbers));
    });
  }

  async function look(ask: Omit<Ask, 'rid'>, mode: 'p' | 'r'): Promise<Decision> {
    const call = callOf(ask);
    if (call.set.rules.length === 0) return UNGATED;
    return known(call) ?? (await decide(call, mode)).decision;
  }

  return {
    /** Decides, and charges what is let through. Never throws for want of Redis. @throws {RequestError} for what cannot be counted. */
    take,
    /** As {@link take}, and changes nothing: for showing where somebody stands. */
    peek: (ask: Omit<Ask, 'rid'>): Promise<Decision> => look(ask, 'p'),
    /** As {@link take} for whoever is refused, and charges nobody: for a proxy that turns away who is blocked. */
    refuse: (ask: Omit<Ask, 'rid'>): Promise<Decision> => look(ask, 'r'),
    /** Gives back what a call was charged, on any machine, by the `hold` of its take. Answers whether there was anything to give back. */
    undo,
    /** Whether some rule is for this request. */
    isGated: (route: Route): boolean => book.forRoute(route).rules.length > 0,
    ...createAllowances({ store, book, now, hashOf }),
    /** Resolves when everything that was left for after the answer is done. Hand it to `waitUntil`. */
    settled: tellings.settled,
  };
}

/** Decides whether a subject may use a feature now, and counts it. */
export type Gate = ReturnType<typeof createGate>;

const NO_RULES: GateRule[] = [];

const UNGATED: Decision = {
  allowed: true,
  verdict: 'pass',
  plan: 'free',
  standings: [],
  replayed: false,
  degraded: false,
  headers: {},
};

function warn(error: unknown): void {
  console.warn(
    'Skene: the gate cannot ask Redis; each loop decides by its onUnavailable until it can.',
    error,
  );
}

const planText = ({ plan }: Ask) => (plan === undefined ? '-' : encodeURIComponent(plan));

/** A decision with what may be done about it; without `undo` nothing was charged, and nothing is to be given back. */
function takeOf(decision: Decision, { set, rid, nonce }: Call, undo?: () => Promise<void>): Take {
  // Copied by hand, for every call comes by here.
  const { allowed, verdict, refusedBy, plan, standings, replayed, degraded, headers } = decision;
  let isOver = undo === undefined;
  return {
    allowed,
    verdict,
    refusedBy,
    plan,
    standings,
    replayed,
    degraded,
    headers,
    rid,
    hold: `${set.key} ${rid === nonce ? nonce : encodeURIComponent(rid)} ${nonce}`,
    commit() {
      isOver = true;
    },
    async undo() {
      if (isOver) return;
      isOver = true;
      await undo?.();
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** Standings with what Redis said of each after something was given back: used, start of the period, sequence. */
function corrected(standings: readonly Standing[], numbers: readonly number[]): Standing[] {
  return standings.flatMap((standing, index) => {
    const [used = 0, start, sequence = 0] = numbers.slice(3 * index, 3 * index + 3);
    return start === standing.periodStart ? [{ ...standing, used, sequence }] : [];
  });
}
