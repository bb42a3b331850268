/** Who may use what only one can use at a time. */
export interface Turns<Owner> {
  /** Resolves once it is this one's turn; at once while it has it. False when it withdrew instead. */
  take(owner: Owner): Promise<boolean>;
  /** The owner keeps its turn and does nothing meanwhile. */
  pause(owner: Owner): void;
  /** Gives the turn to the next, in the order in which they came. */
  leave(owner: Owner): void;
  /** Waits no longer. */
  withdraw(owner: Owner): void;
}

/**
 * Creates turns.
 * @param options.patienceMs how long others wait for an owner that does nothing.
 * @param options.onOverdue called when that is over; it has to see to it that the owner leaves.
 */
export function createTurns<Owner>(options: {
  patienceMs: number;
  onOverdue: (owner: Owner) => void;
}): Turns<Owner> {
  const queue: { owner: Owner; admit: (isTurn: boolean) => void }[] = [];
  let current: { owner: Owner; isIdle: boolean } | undefined;
  let overdue: NodeJS.Timeout | undefined;

  function watch(): void {
    if (current?.isIdle !== true || queue.length === 0) {
      clearTimeout(overdue);
      overdue = undefined;
      return;
    }
    const { owner } = current;
    overdue ??= setTimeout(() => {
      overdue = undefined;
      options.onOverdue(owner);
    }, options.patienceMs);
  }

  return {
    async take(owner) {
      if (current !== undefined && current.owner !== owner) {
        return new Promise((admit) => {
          queue.push({ owner, admit });
          watch();
        });
      }
      current = { owner, isIdle: false };
      watch();
      return true;
    },
    pause(owner) {
      if (current?.owner !== owner) return;
      current.isIdle = true;
      watch();
    },
    leave(owner) {
      if (current?.owner !== owner) return;
      const next = queue.shift();
      current = next && { owner: next.owner, isIdle: false };
      next?.admit(true);
      watch();
    },
    withdraw(owner) {
      const waiting = queue.findIndex((entry) => entry.owner === owner);
      if (waiting >= 0) queue.splice(waiting, 1)[0]?.admit(false);
      watch();
    },
  };
}
