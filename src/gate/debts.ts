import type { Operation, Reply } from './operation.ts';

/** Something that Redis must be told sooner or later, and who wants to hear its answer. */
interface Debt {
  operation: Operation;
  then: (reply: Reply) => void;
}

interface DebtOptions {
  /** Rejects when Redis cannot be asked. */
  run: (operation: Operation) => Promise<{ reply: Reply }>;
  isDown: () => boolean;
  /** How long to wait before a Redis that is down is asked again, in ms. */
  pauseMs: number;
}

/** How much is remembered of what has to be made good when Redis is back. */
const MOST = 10_000;
const MOST_AT_ONCE = 256;

/** What Redis is owed: calls that were let through without it, and those that it may have charged although they were refused. */
export function createDebts({ run, isDown, pauseMs }: DebtOptions) {
  const debts: Debt[] = [];
  let paying: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function pay(): Promise<void> {
    const due = debts.splice(0, MOST_AT_ONCE);
    await Promise.all(
      due.map(({ operation, then }) =>
        run(operation).then(
          ({ reply }) => then(reply),
          () => void debts.push({ operation, then }),
        ),
      ),
    );
  }

  function payNow(): Promise<void> {
    paying ??= pay().finally(() => {
      paying = undefined;
      payLater();
    });
    return paying;
  }

  function payLater(): void {
    if (debts.length === 0 || timer !== undefined || paying !== undefined) return;
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
    /** Sees to it that something is done, at once where possible. Their order does not matter: what is undone first is not charged later. */
    owe(operation: Operation, then: (reply: Reply) => void = () => {}): void {
      if (debts.length >= MOST) return;
      debts.push({ operation, then });
      payLater();
    },
    payLater,
    async settled(): Promise<void> {
      while ((debts.length > 0 || paying !== undefined) && !isDown()) await payNow();
    },
  };
}
