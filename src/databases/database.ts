import type { RowChange, RowOperation } from '../events/index.ts';
import type { SelectPlan } from '../hashes/index.ts';
import type { Watch } from '../plan/index.ts';

/** A row as plain JSON: bigint and numeric as text, times as ISO 8601 text, bytes as base64, JSON parsed. */
export type Row = Record<string, unknown>;

/** One SQL statement; `$1`, `$2`... are bound from `params`, never pasted. */
export interface Statement {
  sql: string;
  params?: readonly unknown[] | undefined;
}

/** One read-only SELECT. */
export interface Query extends Statement {
  params: readonly unknown[];
  /** The same, compiled for a database that knows no SQL. */
  select?: SelectPlan | undefined;
  timeoutMs: number;
}

/** Bounds on a transaction, in milliseconds; none where left out. */
export interface TransactionLimits {
  /** For each statement. */
  timeoutMs?: number | undefined;
  /** For each wait on another session's lock. */
  lockTimeoutMs?: number | undefined;
}

/** Rows to be kept in a table of the team's, by names taken literally. */
export interface KeptRows {
  table: string;
  columns: readonly string[];
  /** The columns by which a row is told from another; the table has a unique index on them. */
  key: readonly string[];
  /** The column with a number that grows: of two rows with one key the one with the higher stays. */
  version: string;
  /** In the order of the columns, no key twice. Times are dates. */
  rows: ReadonlyArray<ReadonlyArray<string | number | Date>>;
}

/** Units to be added to a number of one row. Names are taken literally. */
export interface Charge {
  table: string;
  /** The column that is added to, and what it may come to at the most. */
  number: string;
  units: number;
  most: number;
  /** A column that grows by one. */
  version: string;
  /** Which row. */
  where: ReadonlyArray<{ column: string; is: '=' | '<=' | '>'; value: string | Date }>;
}

/** What every database that loops read from can do. */
interface ReadableDatabase {
  /**
   * Runs one read-only SELECT.
   * @throws {ConfigError} QUERY_FAILED when the query itself is wrong, {ProviderError} when the database cannot answer now.
   */
  select(query: Query): Promise<Row[]>;
  /** The row of `table` whose `column` has this value. Names are taken literally, as in `"Users"`. */
  find(table: string, column: string, value: unknown): Promise<Row | undefined>;
  /** Runs statements that write, all or none; left out where a database can only be read. @throws as {@link select} does. */
  update?(statements: readonly Statement[], limits: { timeoutMs: number }): Promise<void>;
  /**
   * Writes rows over those with the same key, unless these are newer: written twice, or out of order, they come to the same. Left out where a
   * database knows no SQL. @throws as {@link select} does.
   */
  keep?(rows: KeptRows, limits: { timeoutMs: number }): Promise<void>;
  /** Adds units where there is room for them, however many do so at once. Answers whether there was. @throws as {@link select} does. */
  charge?(charge: Charge, limits: { timeoutMs: number }): Promise<boolean>;
  /** Lets go of its connections. */
  close(): Promise<void>;
}

/** A database whose triggers write changed rows down. */
export interface CapturingDatabase extends ReadableDatabase {
  readonly kind: 'postgres' | 'neon';
  readonly capture: Capture;
  readonly polling?: undefined;
}

/** A database that is asked for changed rows, again and again. */
export interface PolledDatabase extends ReadableDatabase {
  readonly kind: 'mysql' | 'planetscale' | 'upstash-redis';
  readonly polling: Polling;
  readonly capture?: undefined;
}

/** A database that loops read from, and whose changes start their runs. */
export type Database = CapturingDatabase | PolledDatabase;

/** Change capture by triggers. */
export interface Capture {
  /** Runs statements that may write, all or none, and answers with the rows of each. For `skene sync`. */
  transaction(statements: readonly Statement[], limits?: TransactionLimits): Promise<Row[][]>;
  readonly outbox: Outbox;
  readonly healing: Healing;
}

/** Change capture by asking. It writes nothing to the database: how far it has come is in the cursor, which the caller keeps. */
export interface Polling {
  /**
   * The changes after a cursor, as many as one page holds. Some are met again on later pages, with the same identity. What
   * {@link Polling.check} refuses is left out.
   * @param options `cursor` is the one that the last page came with. Without, watching begins now: rows that are there are no
   *   news. `limit` is the most rows to read.
   * @throws {ConfigError} when nothing of the watch can be polled, {ProviderError} when the database cannot answer now.
   */
  next(watch: Watch, options: { cursor: string | undefined; limit: number }): Promise<PolledPage>;
  /** Says how a watch is polled, and what of it cannot be. @throws as {@link Polling.next} does. */
  check(watch: Watch): Promise<PollingCheck>;
  /** How much lies after a cursor. */
  backlog(watch: Watch, cursor: string): Promise<Backlog>;
}

/** A page of changes. */
export interface PolledPage {
  changes: RowChange[];
  /** Where the next page begins; to be kept once these changes have been handed on. */
  cursor: string;
  /** Nothing more is there now. */
  isLast: boolean;
}

/** How a watch is polled. */
export interface PollingCheck {
  /** What is read and in which order, as words without a full stop. */
  found: string;
  /** Operations that cannot be polled, each with the reason as a sentence. */
  refused: Array<{ operation: RowOperation; reason: string; hint: string }>;
  /** What would make polling better, as sentences. */
  advice: string[];
}

/** Rows that a watcher has not come to yet. */
export interface Backlog {
  /** How many, counted up to a thousand. */
  rows: number;
  /** When the first of them was written, where the table says so; ms since the epoch. */
  oldestAt?: number | undefined;
}

/** A change of a row that waits in the outbox, under the outbox's id. */
export interface CapturedChange {
  id: string;
  change: RowChange;
}

/** How the outbox is. */
export interface OutboxStatus {
  installed: boolean;
  /** Changes not handed on yet, those on lease included. */
  waiting: number;
  /** When the oldest of them was captured. */
  oldestAt?: Date | undefined;
  /** Changes given up on, see {@link Outbox.failed}. */
  setAside: number;
  /** Why the last of them was. */
  lastError?: string | undefined;
  /** How many changes the triggers could not write since the outbox was made. {@link Healing} finds them. */
  missed: number;
  /** What keeps changes from being captured, as sentences. */
  problems: string[];
}

/** Changes that triggers have written down and that no run knows of yet. */
export interface Outbox {
  /**
   * Leases up to `limit` changes, oldest first, for `leaseMs`: meanwhile nobody else gets them, and no transaction is
   * held while QStash is asked. A lease that runs out (the function was killed) lets the next one have them.
   */
  claim(options: { limit: number; leaseMs: number }): Promise<CapturedChange[]>;
  /** Deletes changes. Only to be called once QStash has accepted what they started. */
  done(ids: readonly string[]): Promise<void>;
  /** Puts changes back that cannot be handed on, for a growing while; after too many attempts they are set aside. */
  failed(ids: readonly string[], reason: string): Promise<void>;
  /** Puts changes back that are not to blame (QStash is down): at once, and the attempt is not counted. */
  released(ids: readonly string[]): Promise<void>;
  /** Gives every change that was set aside a new start; answers how many there were. */
  restore(): Promise<number>;
  status(): Promise<OutboxStatus>;
}

/** Rows that the triggers should have captured and did not, found by reading the watched table itself. */
export interface Healing {
  /** Those of the watches whose {@link Healing.next} has to be asked; one question for all, as this is asked at every drain. */
  unsure(watches: readonly Watch[]): Promise<Watch[]>;
  /**
   * The next page of a pass over `watch.table`, or nothing when nothing was missed. A pass becomes due when a trigger
   * failed to write or is missing. It also finds what had been captured: such a change has the same identity.
   */
  next(watch: Watch, options: { limit: number }): Promise<HealingPage | undefined>;
}

/** Rows found by a pass; the pass goes on behind them once `settle` was called. */
export interface HealingPage {
  changes: RowChange[];
  /** Remembers that these have been handed on. */
  settle(): Promise<void>;
}
