import type { Plan } from '../plan/index.ts';
import type { Allowances } from './allowances.ts';
import { type Ask, type Call, type Charged, createCalls, LONG_HOLD_MS } from './call.ts';
import type { Debt } from './debts.ts';
import {
  type Decision,
  type ReadReply,
  rateLimitHeaders,
  readReply,
  type Standing,
  type UsageRow,
} from './decision.ts';
import { createLater } from './later.ts';
import { createMemory } from './memory.ts';
import type { Operation, Reply } from './operation.ts';
import type { DecideBySql, Outage, Provisional } from './outage.ts';
import type { RedisAccess } from './redis.ts';
import type { Route } from './route.ts';
import { createRuleBook, rulesOf } from './rules.ts';
import { createStore, StoreUnavailable } from './store.ts';
import { type Take, takeOf, UNGATED } from './take.ts';
import type { GateEvent, Tellings } from './tellings.ts';

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

/** Opens a gate; nothing is sent until first used. */
export function createGate(options: GateOptions) {
  const { redis, namespace = 'production', now = Date.now, timeoutMs = 800, onOutage = warn } = options;
  const prefix = `skene:${namespace}`;
  const store = createStore({ ...redis, prefix, now, timeoutMs, onOutage });
  const book = createRuleBook(rulesOf(options.plans));
  const { hashOf, callOf, heldCallOf, operationOf, undoOf } = createCalls({ prefix, book });
  const memory = createMemory();
  // What few decisions need is loaded by the first that does.
  const outage = createLater<Outage>(async () =>
    (await import('./outage.ts')).createOutage({ now, bySql: options.bySql, timeoutMs }),
  );
  const tellings = createLater<Tellings>(async () =>
    (await import('./tellings.ts')).createTellings({
      store,
      now,
      onEvents: options.onEvents,
      onUsage: options.onUsage,
    }),
  );
  const allowances = createLater<Allowances>(async () =>
    (await import('./allowances.ts')).createAllowances({ store, book, now, hashOf }),
  );
  function known(call: Call): Decision | undefined {
    const at = now();
    const decision = memory.find(call.key, { cost: call.cost, now: at, revision: store.revision() });
    return decision && { ...decision, headers: rateLimitHeaders(decision.standings, at) };
  }

  /** Asks Redis, or, where it does not answer, the rules' policies. */
  async function decide(
    call: Call,
    mode: 't' | 'p' | 'r',
  ): Promise<{ decision: Decision; isCharged: boolean }> {
    // What a Redis that is away may have done before it is back, it has to recognise then.
    const operation = operationOf(call, mode, store.isDown() ? LONG_HOLD_MS : undefined);
    try {
      const { reply, revision } = await store.run(operation);
      const read = readReply(reply, { rules: call.set.rules, now: now() });
      const { decision, holdsUntil } = read;
      // Who has only looked has not been refused: the next call has to be, so that it is told of.
      if (decision.allowed || mode !== 'p')
        memory.note(call.key, decision, { cost: call.cost, revision, holdsUntil });
      if (mode !== 'p') tell(call, read);
      return read;
    } catch (error) {
      const last = memory.last(call.key);
      const mayOwe = store.mayOwe(hashOf(call.ask.subject));
      const { decide } = await outage.load();
      const provisional = await decide({ ...call, last, mayOwe, isPeek: mode !== 't' });
      const { decision } = provisional;
      const attempted = error instanceof StoreUnavailable && !error.wasAsked ? undefined : operation;
      if (mode === 't') makeGood(call, provisional, attempted);
      return { decision, isCharged: mode === 't' && decision.allowed };
    }
  }

  /** What is let through without Redis is charged when it is back, once; what it may have charged before it fell silent is undone. */
  function makeGood(call: Call, { decision, release }: Provisional, attempted: Operation | undefined): void {
    if (decision.allowed) owe(call, { attempted, onOver: release });
    else if (attempted !== undefined) store.owe(undoDebt(call));
  }

  function owe(call: Call, more: Pick<Debt, 'attempted' | 'onOver'> = {}): void {
    const operation = operationOf(call, 'f', LONG_HOLD_MS);
    store.owe({ ...more, operation, onPaid: (reply) => tellOf(call, reply) });
  }

  const tellOf = (call: Call, reply: Reply) =>
    tell(call, readReply(reply, { rules: call.set.rules, now: now() }));

  function tell({ ask }: Call, { decision, signals, isCharged }: ReadReply): void {
    outage.loaded()?.note(ask.subject, decision.standings);
    if (signals.length > 0) tellings.use(({ raise }) => raise(ask.subject, hashOf(ask.subject), signals));
    if (isCharged) used(ask.subject, decision.standings);
  }

  function used(subject: string, standings: readonly Standing[]): void {
    if (options.onUsage !== undefined) tellings.use((loaded) => loaded.used(subject, standings));
  }

  /** Gives back what a call was charged, now or when Redis is back. Answers whether there was something, as far as that is known now. */
  async function giveBack(call: Charged, standings?: readonly Standing[]): Promise<boolean> {
    const debt = undoDebt(call, standings);
    try {
      return debt.onPaid((await store.run(debt.operation)).reply);
    } catch {
      store.owe(debt);
      return false;
    }
  }

  /** @param standings how the counters stood when the call was charged, where that is known. */
  function undoDebt(call: Charged, standings: readonly Standing[] = []) {
    const onPaid = ([isGivenBack, revision = '0', ...numbers]: Reply): boolean => {
      // Other gates may remember that there was no room.
      if (revision !== '0') store.noteRevision(revision);
      if (isGivenBack !== '1') return false;
      if (standings.length > 0) used(call.ask.subject, corrected(standings, numbers.map(Number)));
      else tellLater(call);
      return true;
    };
    return { operation: undoOf(call), onPaid };
  }

  /** Looks how the counters of a call stand, and tells of it. */
  function tellLater({ ask: { subject }, set }: Charged): void {
    if (options.onUsage === undefined) return;
    const { rules } = book.named(set.key);
    const operation = operationOf({ ...callOf({ subject }), set: { ...set, rules } }, 'p');
    const onPaid = (reply: Reply) =>
      used(subject, readReply(reply, { rules, now: now() }).decision.standings);
    store.owe({ operation, onPaid });
  }

  async function undo({ subject, hold }: { subject: string; hold: string }): Promise<boolean> {
    const call = heldCallOf(subject, hold);
    return call !== undefined && giveBack(call);
  }

  /** A subject without a limit is let through, and counted later: many calls at once, but each of those that have an id of their own. */
  function letThrough(call: Call): () => void {
    if (call.ask.rid !== undefined) {
      owe(call);
      return () => store.owe(undoDebt(call));
    }
    const tally = (as: Call, units: number) =>
      tellings.use((loaded) => loaded.tally(operationOf(as, 'f'), units, (reply) => tellOf(as, reply)));
    tally(call, call.cost);
    // Under an id of its own: the call's may have been counted by then, and is counted once.
    return () => tally(callOf(call.ask), -call.cost);
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
      tellings.loaded()?.again(ask.subject, remembered.standings);
      return takeOf(remembered, call);
    }
    const { decision, isCharged } = await decide(call, 't');
    if (!isCharged) return takeOf(decision, call);
    return takeOf(decision, call, async () => {
      await giveBack(call, decision.standings);
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
    /** Says which plan a subject has from now on. An older version of the same customer's changes nothing. */
    setPlan: async (...args: Parameters<Allowances['setPlan']>) => (await allowances.load()).setPlan(...args),
    /** Gives a subject a limit of its own in a loop, until a time (ms since the epoch) or for good; `undefined` takes it away. */
    setLimit: async (...args: Parameters<Allowances['setLimit']>) =>
      (await allowances.load()).setLimit(...args),
    /** Gives a subject units beside its plan, which are used when the plan's are, the first to expire first. The same id is given once. */
    grant: async (...args: Parameters<Allowances['grant']>) => (await allowances.load()).grant(...args),
    /** Takes away what is left of a grant. */
    revoke: async (...args: Parameters<Allowances['revoke']>) => (await allowances.load()).revoke(...args),
    /** Gives a counter back what Redis has lost of it. */
    restore: async (...args: Parameters<Allowances['restore']>) => (await allowances.load()).restore(...args),
    /** Resolves when everything that was left for after the answer is done. Hand it to `waitUntil`. */
    settled: async (): Promise<void> =>
      tellings.isWanted() ? (await tellings.load()).settled() : store.settled(),
  };
}

/** Decides whether a subject may use a feature now, and counts it. */
export type Gate = ReturnType<typeof createGate>;

function warn(error: unknown): void {
  console.warn(
    'Skene: the gate cannot ask Redis; each loop decides by its onUnavailable until it can.',
    error,
  );
}

/** Standings with what Redis said of each after something was given back: used, start of the period, sequence. */
function corrected(standings: readonly Standing[], numbers: readonly number[]): Standing[] {
  return standings.flatMap((standing, index) => {
    const [used = 0, start, sequence = 0] = numbers.slice(3 * index, 3 * index + 3);
    return start === standing.periodStart ? [{ ...standing, used, sequence }] : [];
  });
}
