import { RequestError } from '../errors/index.ts';
import type { RuleBook } from './rules.ts';
import type { Store } from './store.ts';

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

interface AllowanceOptions {
  store: Store;
  book: RuleBook;
  now: () => number;
  hashOf: (subject: string) => string;
}

/** Of what kind an entry beside the plan is in the script: a limit of one's own, or units. */
type Kind = 'o' | 'g';

/** What subjects may use: their plan, and what they are given beside it. Every gate heeds a change within a second. */
export function createAllowances({ store, book, now, hashOf }: AllowanceOptions) {
  async function setExtra(
    { subject, loop }: { subject: string; loop: string },
    kind: Kind,
    { id = '', amount, until = 0 }: { id?: string; amount: number | undefined; until?: number | undefined },
  ): Promise<void> {
    const [rule] = book.forLoop(loop).rules;
    if (rule === undefined) throw refused('loop', `There is no loop "${loop}" with a usage condition.`);
    if (amount !== undefined && !Number.isSafeInteger(amount))
      throw refused('units', `${amount} is not a whole number of units.`);
    if (!Number.isFinite(until) || until < 0) throw refused('until', `${until} is not a time in ms.`);
    const words = [kind, encodeURIComponent(id), String(amount ?? ''), String(Math.ceil(until))];
    await store.change(hashOf(subject), ['extra', String(now()), rule.name, ...words]);
  }

  return {
    /** Says which plan a subject has from now on. An older version of the same customer's changes nothing. */
    setPlan(
      subject: string,
      { plan, periodStart, periodEnd, isPaying, customer, version }: SubscribedPlan,
    ): Promise<void> {
      const name = isPaying ? encodeURIComponent(plan) : 'free';
      const period = isPaying ? [Math.round(periodStart), Math.round(periodEnd)] : [0, 0];
      const words = [version, encodeURIComponent(customer), isPaying ? 1 : 0, name, ...period];
      return store.change(hashOf(subject), ['plan', ...words.map(String)]);
    },
    /** Gives a subject a limit of its own in a loop, until a time (ms since the epoch) or for good; `undefined` takes it away. */
    setLimit(
      subject: string,
      loop: string,
      own: { limit: number | 'unlimited'; until?: number | undefined } | undefined,
    ): Promise<void> {
      const amount = own?.limit === 'unlimited' ? -1 : own?.limit;
      if (own !== undefined && own.limit !== 'unlimited' && own.limit < 0)
        return Promise.reject(refused('limit', `${own.limit} is no limit.`));
      return setExtra({ subject, loop }, 'o', { amount, until: own?.until });
    },
    /** Gives a subject units beside its plan, which are used when the plan's are, the first to expire first. The same id is given once. */
    grant(
      subject: string,
      loop: string,
      { id, units, until }: { id: string; units: number; until?: number | undefined },
    ): Promise<void> {
      if (!(units > 0)) return Promise.reject(refused('units', `${units} units cannot be given.`));
      return setExtra({ subject, loop }, 'g', { id, amount: units, until });
    },
    /**
     * Gives a counter back what Redis has lost of it; what it has counted since is added. `rule` is the counter's name, `version` of two that
     * know different things the higher.
     */
    restore(
      subject: string,
      rule: string,
      { periodStart, used, version }: { periodStart: number; used: number; version: number },
    ): Promise<void> {
      const words = [periodStart, used, version].map(String);
      return store.change(hashOf(subject), ['restore', rule, ...words]);
    },
    /** Takes away what is left of a grant. */
    revoke: (subject: string, loop: string, id: string): Promise<void> =>
      setExtra({ subject, loop }, 'g', { id, amount: undefined }),
  };
}

/** Changes what subjects may use. */
export type Allowances = ReturnType<typeof createAllowances>;

function refused(path: string, message: string): RequestError {
  return new RequestError('REQUEST_INVALID', message, { where: { path } });
}
