import { checkAsk } from './ask.ts';
import type { Operation } from './operation.ts';
import type { Route } from './route.ts';
import type { GateRule, RuleBook, RuleSet } from './rules.ts';

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

/** One call, as the gate goes about it. */
export interface Call {
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
export type Charged = Pick<Call, 'ask' | 'set' | 'rid' | 'nonce'>;

/** How long a hold is kept, in ms: longer than any function runs. */
const HOLD_MS = 15 * 60_000;
/** A client's own id is recognised for a day, and so is what is tried until Redis is back. */
export const LONG_HOLD_MS = 24 * 3_600_000;

const NO_RULES: GateRule[] = [];

/** Makes calls of what is asked, and operations on Redis of calls. `prefix` stands before every key. */
export function createCalls({ prefix, book }: { prefix: string; book: RuleBook }) {
  const self = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  let count = 0;

  const hashOf = (subject: string) => `${prefix}:gate:${subject}`;
  const holdOf = ({ ask, set, rid, nonce }: Charged) =>
    `${prefix}:gate-hold:${ask.subject}:${set.key}:${rid === nonce ? nonce : encodeURIComponent(rid)}`;

  return {
    /** The key of a subject's hash. */
    hashOf,
    /** @throws {RequestError} for what cannot be counted. */
    callOf(ask: Ask): Call {
      const { subject, cost = 1, rid, plan, route, loop } = ask;
      const nonce = `${self}${(count++).toString(36)}`;
      checkAsk({ subject, cost, rid, plan });
      const set = route === undefined ? book.forLoop(loop) : book.forRoute(route);
      return { ask, set, cost, rid: rid ?? nonce, nonce, key: `${set.key} ${planText(ask)} ${subject}` };
    },
    /** The call that a {@link Take}'s `hold` is about, as far as it says, or nothing where it is none of these rules'. */
    heldCallOf(subject: string, hold: string): Charged | undefined {
      const [key = '', id = '', nonce = ''] = hold.split(' ');
      const rid = decoded(id);
      if (rid === '' || nonce === '' || book.named(key).rules.length === 0) return undefined;
      checkAsk({ subject, cost: 1, rid });
      return { ask: { subject }, set: { key, rules: NO_RULES }, rid, nonce };
    },
    /** What a call's mode asks of Redis; the modes are those of `lua.ts`. `wanted` is how long the call is to be recognised, in ms. */
    operationOf(call: Call, mode: 't' | 'f' | 'p' | 'r', wanted = HOLD_MS): Operation {
      const { ask, set, cost, nonce } = call;
      const hash = hashOf(ask.subject);
      const holdMs = ask.rid === undefined ? wanted : LONG_HOLD_MS;
      const hold = mode === 't' || mode === 'f' ? holdOf(call) : hash;
      const form = `${mode} ${cost} ${holdMs} ${planText(ask)}`;
      return { hash, hold, rules: set.rules, form, text: nonce, holdMs };
    },
    /** What gives back what a call was charged. */
    undoOf: (call: Charged): Operation => ({
      hash: hashOf(call.ask.subject),
      hold: holdOf(call),
      rules: NO_RULES,
      text: `u ${call.nonce}`,
    }),
  };
}

const planText = ({ plan }: Ask) => (plan === undefined ? '-' : encodeURIComponent(plan));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
