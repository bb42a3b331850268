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

/** How many changes were missed since the outbox was made. */
const MISSED = `coalesce(pg_sequence_last_value(to_regclass('${MISSES}')), 0)::int`;

/** Whether a trigger is as it has to be, by what holds its table, name and mark, and the body of its function. */
function triggerIsRight({
  table,
  name,
  mark,
  body,
}: Record<'table' | 'name' | 'mark' | 'body', string>): string {
  return `
  EXISTS (
    SELECT FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass(${table}) AND t.tgname = ${name} AND t.tgenabled IN ('O', 'A')
      AND p.oid = to_regprocedure('${CAPTURE_FUNCTION}()') AND p.prosrc = ${body}
      AND obj_description(t.oid, 'pg_trigger') = ${mark}
      AND has_table_privilege(p.proowner, to_regclass('${OUTBOX}'), 'INSERT')
  )`;
}

/** How long what was found healthy counts as such, in ms: noted no more often, as it is a write. */
export const NOTED_FOR_MS = 60_000;

/** Those of the watches of which something was or may be missed, or that nobody has looked at for {@link NOTED_FOR_MS}. */
export async function readUnsure(run: RunSql, watches: readonly Watch[]): Promise<Watch[]> {
  const triggers = watches.flatMap((watch, index) =>
    captureTriggers(watch)
      .filter(({ operation }) => operation !== 'delete')
      .map(({ operation, name, mark }) => {
        const relation = quoteTable(watch.table);
        return { index, table: watch.table, relation, operation, name, mark };
      }),
  );
  const sql = `
    SELECT DISTINCT w.index
    FROM jsonb_to_recordset($1::jsonb) AS w (index int, "table" text, relation text, operation text, name text, mark text)
    LEFT JOIN ${WATCH_STATE} AS s ON s.table_name = w."table" AND s.operation = w.operation
    WHERE s.table_name IS NULL OR s.pass IS NOT NULL OR s.misses <> ${MISSED}
      OR s.healthy_at <= clock_timestamp() - interval '${NOTED_FOR_MS} ms' OR s.look_again_at <= clock_timestamp()
      OR NOT ${triggerIsRight({ table: 'w.relation', name: 'w.name', mark: 'w.mark', body: '$2' })}`;
  const params = [JSON.stringify(triggers), captureFunctionBody()];
  const [rows = []] = await run([{ sql, params }], { readOnly: true });
  return watches.filter((_, index) => rows.some((row) => row.index === index));
}

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
    SELECT clock_timestamp() AS now, ${mark} AS mark, ${triggerIsRight({ table: '$3', name: '$4', mark: '$5', body: '$6' })} AS is_capturing,
      ${MISSED} AS misses,
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
