/** Counts since the server was opened. */
export interface QStashStats {
  /** Billed messages: every attempt to deliver a message to an endpoint is one. */
  readonly billed: number;
  /** Billed messages of each workflow run that is still known. */
  readonly billedByRun: ReadonlyMap<string, number>;
  /** Billed messages of each label. */
  readonly billedByLabel: ReadonlyMap<string, number>;
}

/** The counts, and how to count. */
export interface MutableStats extends QStashStats {
  count(delivery: { runId: string | undefined; labels: readonly string[] | undefined }): void;
}

/** Runs whose count is kept: the oldest are dropped beyond it. */
const KEPT_RUNS = 100_000;

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Creates the counters, all at 0. */
export function createStats(): MutableStats {
  let billed = 0;
  const billedByRun = new Map<string, number>();
  const billedByLabel = new Map<string, number>();
  return {
    get billed() {
      return billed;
    },
    billedByRun,
    billedByLabel,
    count({ runId, labels }) {
      billed += 1;
      if (runId !== undefined) increment(billedByRun, runId);
      for (const label of labels ?? []) increment(billedByLabel, label);
      if (billedByRun.size <= KEPT_RUNS) return;
      const [oldest] = billedByRun.keys();
      if (oldest !== undefined) billedByRun.delete(oldest);
    },
  };
}
