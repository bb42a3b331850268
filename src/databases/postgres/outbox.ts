import type { RowOperation } from '../../events/index.ts';
import type { CapturedChange, Outbox, OutboxStatus, Row } from '../database.ts';
import { rowIdentity } from '../row-identity.ts';
import { CAPTURE_FUNCTION, captureFunctionBody, MISSES, OUTBOX } from './capture-sql.ts';
import { type CapturedRow, capturedRowColumns, readCapturedRow } from './captured-row.ts';
import { type RunSql, whenInstalled } from './session.ts';

/** When to give up on a change. */
export interface OutboxPatience {
  /** How often a change is claimed before it is set aside. */
  attempts: number;
  /** The pause after the first failure, in milliseconds; it doubles each time, up to an hour. */
  backoffMs: number;
}

/** Over two hours in all: longer than a deployment that cannot read its own rows stays unnoticed. */
const USUAL_PATIENCE: OutboxPatience = { attempts: 12, backoffMs: 2_000 };

const CLAIM = `
WITH batch AS MATERIALIZED (
  SELECT id FROM ${OUTBOX}
  WHERE attempts < $3 AND (leased_until IS NULL OR leased_until <= clock_timestamp())
  ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), leased AS (
  UPDATE ${OUTBOX} AS o
  SET attempts = attempts + 1, leased_until = clock_timestamp() + $2 * interval '1 millisecond'
  FROM batch WHERE o.id = batch.id RETURNING o.*
)
SELECT id, captured_at, operation, table_name, id_column, cursor_column, versioned,
  ${capturedRowColumns('leased."row"', 'leased.relation')}
FROM leased ORDER BY id`;

/** The outbox, over whatever runs SQL. */
export function createOutbox(run: RunSql, patience: OutboxPatience = USUAL_PATIENCE): Outbox {
  const write = async (sql: string, params: readonly unknown[]): Promise<Row[]> =>
    (await whenInstalled(run([{ sql, params }], { readOnly: false })))[0] ?? [];

  return {
    async claim({ limit, leaseMs }) {
      return (await write(CLAIM, [limit, leaseMs, patience.attempts])).map(toCapturedChange);
    },
    async done(ids) {
      if (ids.length > 0) await write(`DELETE FROM ${OUTBOX} WHERE id = ANY($1::bigint[])`, [ids]);
    },
    async failed(ids, reason) {
      if (ids.length === 0) return;
      const pause = `least($3 * power(2, attempts - 1), 3600000) * interval '1 millisecond'`;
      await write(
        `UPDATE ${OUTBOX} SET last_error = left($2, 500), leased_until = clock_timestamp() + ${pause}
         WHERE id = ANY($1::bigint[])`,
        [ids, reason.replaceAll('\0', ''), patience.backoffMs],
      );
    },
    async released(ids) {
      if (ids.length === 0) return;
      await write(
        `UPDATE ${OUTBOX} SET attempts = greatest(attempts - 1, 0), leased_until = NULL WHERE id = ANY($1::bigint[])`,
        [ids],
      );
    },
    async restore() {
      const rows = await write(
        `UPDATE ${OUTBOX} SET attempts = 0, leased_until = NULL WHERE attempts >= $1 RETURNING id`,
        [patience.attempts],
      );
      return rows.length;
    },
    status: () => readStatus(run, patience),
  };
}

/** A row of the outbox as {@link CLAIM} answers. */
interface OutboxRow extends CapturedRow {
  id: string;
  captured_at: string;
  operation: RowOperation;
  table_name: string;
  id_column: string;
  cursor_column: string | null;
  versioned: boolean;
}

function toCapturedChange(answer: Row): CapturedChange {
  const found = answer as unknown as OutboxRow;
  const { id, captured_at, operation, table_name: table } = found;
  const row = readCapturedRow(found);
  const keys = { id: found.id_column, cursor: found.cursor_column ?? undefined };
  // The outbox's ids begin again when it is made anew, so the time goes with them.
  const seen = operation === 'insert' || found.versioned ? undefined : [captured_at, id];
  const identity = rowIdentity({ operation, row, keys }, seen);
  return { id, change: { table, operation, row, identity, at: Date.parse(captured_at) } };
}

/** Whether a trigger could write now, as far as the catalogs tell, and how much it could not. */
const HEALTH = `
SELECT
  to_regclass('${OUTBOX}') IS NOT NULL AS has_outbox,
  p.oid IS NOT NULL AS has_function,
  coalesce(p.prosrc = $1, false) AS is_current,
  coalesce(has_table_privilege(p.proowner, to_regclass('${OUTBOX}'), 'INSERT'), false) AS may_insert,
  (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgfoid = p.oid AND tgparentid = 0)::int AS triggers,
  (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgfoid = p.oid AND tgparentid = 0 AND tgenabled NOT IN ('O', 'A'))::int
    AS disabled
FROM (SELECT to_regprocedure('${CAPTURE_FUNCTION}()') AS oid) AS f LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = f.oid`;

async function readStatus(run: RunSql, patience: OutboxPatience): Promise<OutboxStatus> {
  const [[health = {}] = []] = await run([{ sql: HEALTH, params: [captureFunctionBody()] }], {
    readOnly: true,
  });
  const problems = problemsOf(health);
  const nothing = { waiting: 0, setAside: 0, missed: 0, problems };
  if (health.has_outbox !== true) return { installed: false, ...nothing };

  const counts = `
    SELECT count(*) FILTER (WHERE attempts < $1)::int AS waiting,
      min(captured_at) FILTER (WHERE attempts < $1) AS oldest_at,
      count(*) FILTER (WHERE attempts >= $1)::int AS set_aside,
      (array_agg(last_error ORDER BY id DESC) FILTER (WHERE attempts >= $1 AND last_error IS NOT NULL))[1] AS last_error
    FROM ${OUTBOX}`;
  const missed = `SELECT coalesce(pg_sequence_last_value(to_regclass('${MISSES}')), 0)::int AS missed`;
  const [[count = {}] = [], [misses = {}] = []] = await run(
    [{ sql: counts, params: [patience.attempts] }, { sql: missed }],
    { readOnly: true },
  );
  return {
    installed: health.has_function === true,
    waiting: Number(count.waiting),
    ...(typeof count.oldest_at === 'string' ? { oldestAt: new Date(count.oldest_at) } : {}),
    setAside: Number(count.set_aside),
    ...(typeof count.last_error === 'string' ? { lastError: count.last_error } : {}),
    missed: Number(misses.missed),
    problems,
  };
}

function problemsOf(health: Row): string[] {
  const sync = 'run `skene sync --database`';
  if (health.has_function !== true) return [`The capture function is missing: ${sync}.`];
  if (health.has_outbox !== true) return [`The table ${OUTBOX} is missing: ${sync}.`];
  return [
    ...(health.is_current === true ? [] : [`The capture function is of another version: ${sync}.`]),
    ...(health.may_insert === true
      ? []
      : [`The capture function's owner may not write to ${OUTBOX}: grant it INSERT.`]),
    ...(Number(health.triggers) > 0 ? [] : [`No table has a trigger: ${sync}.`]),
    ...(Number(health.disabled) === 0
      ? []
      : [`${health.disabled} of ${health.triggers} triggers are disabled: ${sync}.`]),
  ];
}
