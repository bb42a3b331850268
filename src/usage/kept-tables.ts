import type { Database, KeptRows } from '../databases/index.ts';
import { isSkeneError, messageOf } from '../errors/index.ts';
import type { KeptTable, KeptTables } from '../plan/index.ts';
import { readRunning } from './read-usage.ts';

/** How much somebody has used of something in a period. Times are ms since the epoch. */
export interface UsageEntry {
  subject: string;
  /** The loop and its step: `freemium/step-1`. */
  feature: string;
  periodStart: number;
  periodEnd: number;
  /** All of the period, not what is new. */
  used: number;
  /** Grows with every change of the counter. */
  version: number;
}

/** What a customer subscribes to. */
export interface SubscriptionEntry {
  customer: string;
  subject: string;
  plan: string;
  status: string;
  periodStart: number;
  periodEnd: number;
  /** Grows with every look at the customer. */
  version: number;
}

/** Writes usage and subscriptions down. What is written twice, or late, comes to the same. */
export interface KeptTablesWriter {
  /** @throws {ProviderError} when the database cannot answer now: to be written again. What is wrong with a table is said, and passed over. */
  usage(entries: readonly UsageEntry[]): Promise<void>;
  /** As {@link KeptTablesWriter.usage}. */
  subscription(entry: SubscriptionEntry): Promise<void>;
  /**
   * Counts a call in the table itself, if there is room for it. Answers whether there was; not where there is no such table.
   * @throws {SkeneError} when the database cannot answer.
   */
  charge(call: UsageCharge): Promise<boolean>;
}

/** A call that is counted while the gate's own counters cannot be reached. */
export interface UsageCharge {
  subject: string;
  feature: string;
  units: number;
  limit: number;
  /** How long a period lasts that begins with this call, in ms. */
  periodMs: number;
}

interface KeptTablesOptions {
  database: () => Promise<Pick<Database, 'kind' | 'select' | 'keep' | 'charge'>>;
  tables: KeptTables | undefined;
  now: () => number;
  /** Hears of a table that cannot be written to. */
  onProblem?: ((text: string) => void) | undefined;
}

const TIMEOUT_MS = 10_000;
/** Rows of one statement: seven values each, of the 65,535 that PostgreSQL takes. */
const MOST_ROWS = 500;
/** How long a table that cannot be written to is left alone, in ms. */
const PAUSE_MS = 60_000;

/** Opens the tables; nothing is connected to before the first row. */
export function createKeptTables(options: KeptTablesOptions): KeptTablesWriter {
  const { database, tables, now, onProblem = warn } = options;
  const pausedUntil = new Map<string, number>();

  async function keep(rows: KeptRows): Promise<void> {
    const { table } = rows;
    if (now() < (pausedUntil.get(table) ?? 0)) return;
    try {
      const { keep: write } = await database();
      for (let from = 0; from < rows.rows.length; from += MOST_ROWS)
        await write?.({ ...rows, rows: rows.rows.slice(from, from + MOST_ROWS) }, { timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (isSkeneError(error, 'PROVIDER_UNAVAILABLE')) throw error;
      pausedUntil.set(table, now() + PAUSE_MS);
      onProblem(
        `The table "${table}" cannot be written to: ${messageOf(error)} \`skene sync --database --print\` prints what makes it.`,
      );
    }
  }

  async function usage(entries: readonly UsageEntry[]): Promise<void> {
    if (tables?.usage === undefined || entries.length === 0) return;
    const key = ['subject', 'feature', 'periodStart'] as const;
    const rows = latest(entries).map((entry) => ({
      ...entry,
      periodStart: new Date(entry.periodStart),
      periodEnd: new Date(entry.periodEnd),
      updatedAt: new Date(now()),
    }));
    await keep(keptRows(tables.usage, key, rows));
  }

  return {
    usage,
    async subscription({ periodStart, periodEnd, ...entry }) {
      if (tables?.subscriptions === undefined) return;
      const row = {
        ...entry,
        periodStart: new Date(periodStart),
        periodEnd: new Date(periodEnd),
        updatedAt: new Date(now()),
      };
      await keep(keptRows(tables.subscriptions, ['customer'], [row]));
    },
    async charge({ subject, feature, units, limit, periodMs }) {
      const opened = await database();
      const { charge } = opened;
      if (tables?.usage === undefined || charge === undefined) return false;
      const { table, columns } = tables.usage;
      const at = now();
      const counter = { table, number: columns.used, version: columns.version, units, most: limit };
      const where = [
        { column: columns.subject, is: '=', value: subject },
        { column: columns.feature, is: '=', value: feature },
        { column: columns.periodStart, is: '<=', value: new Date(at) },
        { column: columns.periodEnd, is: '>', value: new Date(at) },
      ] as const;
      // A counter that begins now is made by whoever comes first in this minute: it counts nothing yet, and is there once.
      const periodStart = Math.floor(at / 60_000) * 60_000;
      const first = { subject, feature, periodStart, periodEnd: periodStart + periodMs, used: 0, version: 0 };
      if (await charge({ ...counter, where }, { timeoutMs: TIMEOUT_MS })) return true;
      const known = (await readRunning(opened, tables.usage, [subject])).some(
        (row) => row.feature === feature && row.periodStart <= at && at < row.periodEnd,
      );
      if (known) return false;
      await usage([first]);
      return charge({ ...counter, where }, { timeoutMs: TIMEOUT_MS });
    },
  };
}

/** Of several entries of one counter the last. */
function latest(entries: readonly UsageEntry[]): UsageEntry[] {
  const byKey = new Map<string, UsageEntry>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.subject, entry.feature, entry.periodStart]);
    if ((byKey.get(key)?.version ?? -1) < entry.version) byKey.set(key, entry);
  }
  return [...byKey.values()];
}

function keptRows<TColumn extends string>(
  { table, columns }: KeptTable<TColumn | 'version'>,
  key: readonly TColumn[],
  rows: ReadonlyArray<Record<TColumn | 'version', string | number | Date>>,
): KeptRows {
  const names = Object.keys(columns) as Array<TColumn | 'version'>;
  return {
    table,
    columns: names.map((name) => columns[name]),
    key: key.map((name) => columns[name]),
    version: columns.version,
    rows: rows.map((row) => names.map((name) => row[name])),
  };
}

function warn(text: string): void {
  console.warn(`Skene: ${text}`);
}
