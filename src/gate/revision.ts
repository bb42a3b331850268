/** How old the knowledge of the revision may be for a remembered answer to be given, in ms; from half of that it is asked for on the side. */
const FRESH_MS = 1_000;

/**
 * What is known of the revision: one number in Redis that changes when anything does that may open a closed gate, such as a payment. A gate
 * that has seen it within the last second may go on refusing whom it has refused, and asks nothing.
 * @param read asks Redis for it.
 */
export function createRevision(read: (signal: AbortSignal) => Promise<unknown>, timeoutMs: number) {
  let last = -1;
  let seenAt = Number.NEGATIVE_INFINITY;
  let isLooking = false;

  const age = () => performance.now() - seenAt;

  function note(value: unknown, at: number): number {
    const seen = Number(value ?? 0);
    // Of two answers on their way at once the later question counts, but what is newer is never forgotten.
    last = at < seenAt ? Math.max(last, seen) : seen;
    seenAt = Math.max(seenAt, at);
    return seen;
  }

  async function look(): Promise<void> {
    const startedAt = performance.now();
    isLooking = true;
    try {
      note(await read(AbortSignal.timeout(timeoutMs)), startedAt);
    } catch {
      // It stays as old as it is, and the next decision asks Redis.
    } finally {
      isLooking = false;
    }
  }

  return {
    /** Notes what Redis said to a question that began at `at`, on the machine's clock; returns it as a number. */
    note,
    /** What was seen last. */
    last: () => last,
    /** Whether to ask along with the next request. */
    isOld: () => age() > FRESH_MS / 2,
    /** The revision, where it is known for sure. */
    current(): number | undefined {
      if (age() > FRESH_MS) return undefined;
      if (age() > FRESH_MS / 2 && !isLooking) void look();
      return last;
    },
  };
}
