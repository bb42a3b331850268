import type { RowOperation } from '../../events/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { Row } from '../database.ts';
import {
  CAPTURE_FUNCTION,
  captureFunctionBody,
  captureTriggers,
  MISSES,
  OUTBOX,
  WATCH_STATE,
} from './capture-sql.ts';
import { quoteName, quoteTable } from './identifiers.ts';
import type { Ordering } from './ordering.ts';
import type { RunSql } from './session.ts';

/** A pass over a table that is under way. Times are ms since the epoch, of the database's clock. */
export interface Pass {
  /** Where it began: a time (ISO 8601) or a number. */
  since: string;
  startedAt: number;
  /** The greatest number in the table when it began, where rows are told by numbers. */
  mark?: number | undefined;
  /** How many changes had been missed when it began. */
  misses: number;
  lookAgainAt?: number | undefined;
  /** The row it has come to: its place in the order and its id, as text. */
  after?: [string, string] | undefined;
}

/** What is known of one operation on one watched table. */
export interface HealthState {
  table: string;
  operation: RowOperation;
  now: number;
  /** Whether the trigger is there, enabled, as it should be and able to write. */
  isCapturing: boolean;
  misses: number;
  mark: number | undefined;
  /** When, and at which mark and count of misses, it was last known that nothing was missing. */
  healthyAt: number;
  healthyMark: number | undefined;
  knownMisses: number;
  lookAgainAt: number | undefined;
  /** When the last pass ended. */
  passedAt: number | undefined;
  pass: Pass | undefined;
}

/** Where a state was lost, rows of the last day are looked at. */
const LOST_STATE_MS = 86_400_000;

const TRIGGER_IS_RIGHT = `
  EXISTS (
    SELECT FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass($3) AND t.tgname = $4 AND t.tgenabled IN ('O', 'A')
      AND p.oid = to_regprocedure('${CAPTURE_FUNCTION}()') AND p.prosrc = $6
      AND obj_description(t.oid, 'pg_trigger') = $5
      AND has_table_privilege(p.proowner, to_regclass('${OUTBOX}'), 'INSERT')
  )`;

/** Reads what is known, from the catalogs and from what was last written. */
export async function readHealth(
  run: RunSql,
  about: { watch: Watch; operation: RowOperation; ordering: Ordering },
): Promise<HealthState> {
  const { watch, operation, ordering } = about;
  const trigger = captureTriggers(watch).find((candidate) => candidate.operation === operation);
  const mark =
    ordering.kind === 'integer'
      ? `(SELECT max(${quoteName(ordering.column)}) FROM ${quoteTable(watch.table)})::bigint`
      : 'NULL';
  const sql = `
    SELECT clock_timestamp() AS now, ${mark} AS mark, ${TRIGGER_IS_RIGHT} AS is_capturing,
      coalesce(pg_sequence_last_value(to_regclass('${MISSES}')), 0)::int AS misses,
      s.misses AS known_misses, s.healthy_at, s.healthy_mark, s.look_again_at, s.passed_at, s.pass
    FROM (SELECT) AS one LEFT JOIN ${WATCH_STATE} AS s ON s.table_name = $1 AND s.operation = $2`;
  const params = [
    watch.table,
    operation,
    quoteTable(watch.table),
    trigger?.name,
    trigger?.mark,
    captureFunctionBody(),
  ];
  const [[row = {}] = []] = await run([{ sql, params }], { readOnly: true });
  return toState(row, watch.table, operation);
}

function toState(row: Row, table: string, operation: RowOperation): HealthState {
  const time = (value: unknown): number | undefined =>
    typeof value === 'string' ? Date.parse(value) : undefined;
  const number = (value: unknown): number | undefined =>
    value === null || value === undefined ? undefined : Number(value);
  const now = time(row.now) ?? Date.now();
  return {
    table,
    operation,
    now,
    isCapturing: row.is_capturing === true,
    misses: Number(row.misses),
    mark: number(row.mark),
    healthyAt: time(row.healthy_at) ?? now - LOST_STATE_MS,
    healthyMark: number(row.healthy_mark),
    knownMisses: number(row.known_misses) ?? -1,
    lookAgainAt: time(row.look_again_at),
    passedAt: time(row.passed_at),
    pass: (row.pass ?? undefined) as Pass | undefined,
  };
}

/** Remembers how far a table is known to be captured; what is left out of `next` stays as it was, but for the pass. */
export async function writeHealth(
  run: RunSql,
  state: HealthState,
  next: {
    healthyAt?: number;
    healthyMark?: number | undefined;
    misses?: number;
    lookAgainAt?: number | undefined;
    passedAt?: number;
    pass?: Pass;
  },
): Promise<void> {
  const sql = `
    INSERT INTO ${WATCH_STATE} (table_name, operation, misses, healthy_at, healthy_mark, look_again_at, pass,
      passed_at)
    VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), $5, to_timestamp($6::float8 / 1000), $7,
      to_timestamp($8::float8 / 1000))
    ON CONFLICT (table_name, operation) DO UPDATE SET misses = excluded.misses, healthy_at = excluded.healthy_at,
      healthy_mark = excluded.healthy_mark, look_again_at = excluded.look_again_at, pass = excluded.pass,
      passed_at = excluded.passed_at`;
  const params = [
    state.table,
    state.operation,
    next.misses ?? state.knownMisses,
    next.healthyAt ?? state.healthyAt,
    next.healthyMark ?? state.healthyMark ?? null,
    ('lookAgainAt' in next ? next.lookAgainAt : state.lookAgainAt) ?? null,
    next.pass === undefined ? null : JSON.stringify(next.pass),
    next.passedAt ?? state.passedAt ?? null,
  ];
  await run([{ sql, params }], { readOnly: false });
}
