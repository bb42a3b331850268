import type { Operation, Reply } from './operation.ts';

/** Something that Redis must be told sooner or later. */
export interface Debt {
  operation: Operation;
  /** An earlier attempt at it, which Redis may have done without our hearing of it. */
  attempted?: Operation | undefined;
  /** Hears Redis's answer, once. */
  onPaid?: ((reply: Reply) => void) | undefined;
  /** Hears, before that, that it is owed no more: paid, or given up. */
  onOver?: (() => void) | undefined;
}

interface DebtOptions {
  /** Has a request go to Redis with what is owed under a hash; rejects when Redis cannot be asked. */
  visit: (hash: string) => Promise<unknown>;
  isDown: () => boolean;
  /** How long to wait before a Redis that is down is asked again, in ms. */
  pauseMs: number;
  /** ms since the epoch. */
  now: () => number;
}

/** How much is remembered of what has to be made good when Redis is back, and how much of it is left for calls that are being decided. */
const MOST = 20_000;
const SPARE = 1_000;
/**
 * Calls of a subject with a limit that may be owed: they all go to Redis in one request, before any decision on that subject, which takes it
 * 15 to 35 ms as measured. Whoever has no limit may owe more, and pays so much at a time.
 */
const MOST_OF_ONE = 500;
const MOST_AT_ONCE = 256;
/** How long a request may be on its way, or a clock be off, in ms: so much earlier a hold is taken to be gone. */
const LEEWAY_MS = 60_000;

/**
 * What Redis is owed: calls that were let through without it, and those that it may have charged although they were refused. A debt goes
 * along with every request that asks about its subject until one of them is answered. Redis does it once, as long as it recognises it; one
 * that it may have done and forgotten since is given up rather than done twice.
 */
export function createDebts({ visit, isDown, pauseMs, now }: DebtOptions) {
  const byHash = new Map<string, Set<Debt>>();
  /** Until when Redis recognises a debt that it may have done, ms since the epoch. */
  const goodUntil = new WeakMap<Debt, number>();
  let size = 0;
  let paying: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function noteAttempt(debt: Debt, { holdMs = Number.POSITIVE_INFINITY }: Operation): void {
    if (!goodUntil.has(debt)) goodUntil.set(debt, now() + holdMs - LEEWAY_MS);
  }

  /** Takes a debt from those that are still open; it may have been paid by two requests at a time. */
  function close(debt: Debt, reply?: Reply): void {
    const { hash } = debt.operation;
    const open = byHash.get(hash);
    if (open?.delete(debt) !== true) return;
    if (open.size === 0) byHash.delete(hash);
    size -= 1;
    debt.onOver?.();
    if (reply !== undefined) debt.onPaid?.(reply);
  }

  async function pay(): Promise<void> {
    const hashes: string[] = [];
    // One is enough to see whether Redis is back.
    const most = isDown() ? 1 : MOST_AT_ONCE;
    for (const hash of byHash.keys()) if (hashes.push(hash) >= most) break;
    await Promise.all(hashes.map((hash) => visit(hash).catch(() => putLast(hash))));
  }

  /** What cannot be paid keeps nothing else from being paid. */
  function putLast(hash: string): void {
    const open = byHash.get(hash);
    if (open === undefined) return;
    byHash.delete(hash);
    byHash.set(hash, open);
  }

  function payNow(): Promise<void> {
    paying ??= pay().finally(() => {
      paying = undefined;
      payLater();
    });
    return paying;
  }

  function payLater(): void {
    if (size === 0 || timer !== undefined || paying !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        void payNow();
      },
      isDown() ? pauseMs : 0,
    );
    // On Node a process that has nothing else to do may end.
    (timer as { unref?: () => void }).unref?.();
  }

  return {
    /** Sees to it that something is done, at once where possible, and before anything else that is asked about its subject. */
    owe(debt: Debt): void {
      if (size >= MOST) {
        debt.onOver?.();
        return;
      }
      const { hash } = debt.operation;
      const open = byHash.get(hash) ?? new Set();
      byHash.set(hash, open.add(debt));
      size += 1;
      if (debt.attempted !== undefined) noteAttempt(debt, debt.attempted);
      payLater();
    },
    /** Whether a call of a subject may still be let through, to be charged later. */
    hasRoom: (hash: string): boolean => size < MOST - SPARE && (byHash.get(hash)?.size ?? 0) < MOST_OF_ONE,
    areNone: (): boolean => size === 0,
    /** How much of what is owed under a hash goes in one request. */
    countOf: (hash: string): number => Math.min(byHash.get(hash)?.size ?? 0, MOST_OF_ONE),
    /** What is owed under some hashes, in its order, and is sent now. */
    sendOf(hashes: Iterable<string>): Debt[] {
      const sent: Debt[] = [];
      if (size === 0) return sent;
      for (const hash of new Set(hashes)) {
        const most = sent.length + MOST_OF_ONE;
        for (const debt of byHash.get(hash) ?? []) {
          if (now() >= (goodUntil.get(debt) ?? Number.POSITIVE_INFINITY)) close(debt);
          else if (sent.push(debt) >= most) break;
        }
      }
      for (const debt of sent) noteAttempt(debt, debt.operation);
      return sent;
    },
    /** Redis has done one, and answers so. */
    paid: (debt: Debt, reply: Reply): void => close(debt, reply),
    payLater,
    /** Resolves when nothing is owed any more, or Redis is away. */
    async settled(): Promise<void> {
      while ((size > 0 || paying !== undefined) && !isDown()) await payNow();
    },
  };
}
