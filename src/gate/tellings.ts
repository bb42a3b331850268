import type { SkeneEvent } from '../events/index.ts';
import type { Signal, Standing, UsageRow } from './decision.ts';
import type { Operation, Reply } from './operation.ts';
import type { Store } from './store.ts';

/** A limit was reached (`usage.blocked`) or is near (`usage.warned`): once per subject, rule and period. */
export type GateEvent = SkeneEvent & { type: 'usage.blocked' | 'usage.warned'; subject: string };

interface TellingOptions {
  store: Store;
  now: () => number;
  onEvents: ((events: readonly GateEvent[]) => Promise<void>) | undefined;
  onUsage: ((rows: readonly UsageRow[]) => Promise<void>) | undefined;
}

/** Units that were let through without asking, still to be counted; below zero where more were given back. */
interface Tally {
  operation: Operation;
  units: number;
  then: (reply: Reply) => void;
}

/** How long changes of one counter are gathered before they are handed on, in ms. */
const GATHER_MS = 100;
/** How long units of subjects without a limit are gathered before they are counted, in ms. */
const TALLY_MS = 1_000;
/** How many events are remembered as told, or as still to be told. */
const MOST_EVENTS = 10_000;

/** Everything the gate does after the answer: events, acknowledged in Redis once they are accepted, and usage. */
export function createTellings({ store, now, onEvents, onUsage }: TellingOptions) {
  const pending = new Set<Promise<unknown>>();
  /** By event; true once accepted, undefined while it is being told, else how to try again. */
  const told = new Map<string, true | undefined | (() => void)>();
  const rows = new Map<string, UsageRow>();
  const tallies = new Map<string, Tally>();
  let isGathering = false;
  let isTallying = false;

  function track(work: Promise<unknown>): void {
    const done = work.catch(() => {}).finally(() => pending.delete(done));
    pending.add(done);
  }

  const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  function tell(key: string, event: GateEvent, acknowledge: () => Promise<unknown>): void {
    if (onEvents === undefined) return;
    const attempt = () => {
      told.set(key, undefined);
      track(
        onEvents([event]).then(
          () => {
            told.set(key, true);
            return acknowledge();
          },
          () => void told.set(key, attempt),
        ),
      );
    };
    if (told.size >= MOST_EVENTS) told.delete(told.keys().next().value ?? '');
    attempt();
  }

  function gatherSoon(): void {
    if (isGathering) return;
    isGathering = true;
    track(gather());
  }

  async function gather(): Promise<void> {
    await later(GATHER_MS);
    isGathering = false;
    const batch = [...rows.values()];
    rows.clear();
    await onUsage?.(batch).catch((error: unknown) => {
      for (const row of batch) noteRow(row);
      throw error;
    });
  }

  /** Of two standings of one counter the later is kept. */
  function noteRow(row: UsageRow): void {
    const key = `${row.rule.name}\n${row.periodStart}\n${row.subject}`;
    if ((rows.get(key)?.sequence ?? -1) < row.sequence) rows.set(key, row);
  }

  async function countTallies(): Promise<void> {
    await later(TALLY_MS);
    isTallying = false;
    const batch = [...tallies.values()].filter(({ units }) => units !== 0);
    tallies.clear();
    for (const { operation, units, then } of batch)
      store.owe({
        operation: { ...operation, form: operation.form?.replace(/^f \d+/, `f ${units}`) },
        onPaid: then,
      });
  }

  return {
    /** Raises the events that a reply asks for. Redis goes on asking until it is told that they were accepted. */
    raise(subject: string, hash: string, signals: readonly Signal[]): void {
      for (const { kind, standing } of signals) {
        const key = keyOf(subject, kind, standing);
        if (told.has(key) && typeof told.get(key) !== 'function') continue;
        const text = `${kind === 'blocked' ? 'k' : 'w'} ${standing.periodStart}`;
        tell(key, eventOf(subject, { kind, standing }, now()), () =>
          store.run({ hash, hold: hash, text, rules: [standing.rule] }),
        );
      }
    },

    /** A refusal is given again without asking Redis: an event that nobody has taken is offered once more. */
    again(subject: string, standings: readonly Standing[]): void {
      for (const standing of standings) {
        const attempt = told.get(keyOf(subject, 'blocked', standing));
        if (typeof attempt === 'function') attempt();
      }
    },

    /** Notes how counters stand after a call. */
    used(subject: string, standings: readonly Standing[]): void {
      if (onUsage === undefined) return;
      for (const standing of standings) noteRow({ ...standing, subject });
      gatherSoon();
    },

    /**
     * Counts units that were let through without asking, or, below zero, takes them back; `operation` charges them, and the first of several
     * is done for all.
     */
    tally(operation: Operation, units: number, then: (reply: Reply) => void): void {
      const key = `${operation.hash}\n${operation.rules.map(({ name }) => name).join()}`;
      const known = tallies.get(key);
      if (known === undefined) tallies.set(key, { operation, units, then });
      else known.units += units;
      if (isTallying) return;
      isTallying = true;
      track(countTallies());
    },

    /** Resolves when all is told, and Redis is owed nothing or is away. What nobody has taken before is offered once more. */
    async settled(): Promise<void> {
      if (rows.size > 0) gatherSoon();
      do {
        while (pending.size > 0) await Promise.all(pending);
        await store.settled();
      } while (pending.size > 0);
    },
  };
}

/** What the gate does after the answer. */
export type Tellings = ReturnType<typeof createTellings>;

function keyOf(subject: string, kind: Signal['kind'], { rule, periodStart }: Standing): string {
  return `${kind}:${rule.name}:${periodStart}:${subject}`;
}

function eventOf(subject: string, { kind, standing }: Signal, at: number): GateEvent {
  const { rule, used, limit, periodStart, resetAt } = standing;
  return {
    specversion: '1.0',
    // Runs are told apart by their subject as well, so what a very long id loses here is not missed.
    id: keyOf(subject, kind, standing).slice(0, 256),
    source: 'skene/gate',
    type: `usage.${kind}`,
    subject,
    time: new Date(at).toISOString(),
    data: {
      loop: rule.loop,
      step: rule.step,
      used,
      limit,
      periodStart: new Date(periodStart).toISOString(),
      resetAt: new Date(resetAt).toISOString(),
      ...rule.block,
    },
  };
}
