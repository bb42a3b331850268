import { type RowOperation, stableHash } from '../../events/index.ts';
import type { Scalar, Watch } from '../../plan/index.ts';
import { UPDATED_COLUMNS } from '../row-identity.ts';
import { quoteLiteral, quoteName, quoteTable } from './identifiers.ts';

/** The channel on which a process that listens hears of new changes. */
export const CHANNEL = 'skene_outbox';

/** The advisory lock that such a process holds: without it nobody is notified. The bytes of `skene_ob`. */
export const LISTENER_LOCK = '8316852661691314018';

/** A setting of the server that makes triggers notify whether or not the lock is held: where all sessions share one backend, it never is. */
export const NOTIFY_SETTING = 'skene.notify';

/** The function that every trigger calls, and what its outbox consists of. */
export const CAPTURE_FUNCTION = 'public.skene_capture';
export const OUTBOX = 'public.skene_outbox';
export const MISSES = 'public.skene_outbox_misses';
export const WATCH_STATE = 'public.skene_watch_state';

/** A row wider than this loses its values wider than {@link WIDEST_VALUE}: a picture in a column has no place in a queue. */
const WIDEST_ROW = 65_536;
const WIDEST_VALUE = 4_096;

/** How long the application's statement may wait for a lock on the outbox, once per transaction. */
const LOCK_TIMEOUT_MS = 100;

const TABLES = [
  `\
-- Changes of watched tables, until what they start has been accepted.
CREATE TABLE IF NOT EXISTS ${OUTBOX} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  captured_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  operation text NOT NULL,
  table_name text NOT NULL,
  id_column text NOT NULL,
  cursor_column text,
  relation oid NOT NULL,
  "row" jsonb NOT NULL,
  -- For an update: whether the column that says when the row was last changed has changed with it.
  versioned boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  leased_until timestamptz,
  last_error text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);`,
  `\
-- Changes that could not be written; a sequence keeps count even where no table can be written.
CREATE SEQUENCE IF NOT EXISTS ${MISSES};`,
  `\
-- How far each watched table is known to be captured.
CREATE TABLE IF NOT EXISTS ${WATCH_STATE} (
  table_name text NOT NULL,
  operation text NOT NULL,
  misses bigint NOT NULL,
  healthy_at timestamptz NOT NULL DEFAULT now(),
  healthy_mark bigint,
  look_again_at timestamptz,
  passed_at timestamptz,
  pass jsonb,
  PRIMARY KEY (table_name, operation)
);`,
  `\
-- Copies of rows are nobody else's: hosts that grant every new table to their API's roles are shut out.
ALTER TABLE ${OUTBOX} ENABLE ROW LEVEL SECURITY;`,
  `\
ALTER TABLE ${WATCH_STATE} ENABLE ROW LEVEL SECURITY;`,
];

/** The first of the columns of the last change that has a value, in a JSON row. */
const lastChange = (row: string): string =>
  `coalesce(${UPDATED_COLUMNS.map((column) => `${row} ->> ${quoteLiteral(column)}`).join(', ')})`;

/**
 * One function for all triggers. Whatever goes wrong in it, the application's statement goes on: the change is counted as
 * missed and found later by a pass over the table.
 *
 * - It runs with its owner's rights: the application's role needs none on the outbox.
 * - It waits for a lock once per transaction at most, else a bulk insert would wait for each row.
 * - It notifies only while somebody listens (holds the advisory lock). Transactions that notify commit one after the other:
 *   on one machine with 8 clients, 6,600 inserts a second instead of 17,000; asking for the lock costs nothing measurable.
 *   And a transaction that has notified can neither be prepared (two-phase commit) nor commit while the queue is full. {@link NOTIFY_SETTING} overrides the lock.
 */
const FUNCTION_BODY = `
DECLARE
  captured jsonb;
  is_versioned boolean := false;
BEGIN
  IF current_setting('skene.capture_failed', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    captured := to_jsonb(OLD);
  ELSE
    captured := to_jsonb(NEW);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    is_versioned := ${lastChange('captured')}
      IS DISTINCT FROM ${lastChange('to_jsonb(OLD)')};
  END IF;
  IF pg_column_size(captured) > ${WIDEST_ROW} THEN
    SELECT jsonb_object_agg(key, value) INTO captured
    FROM jsonb_each(captured) WHERE pg_column_size(value) <= ${WIDEST_VALUE};
  END IF;
  INSERT INTO ${OUTBOX} (operation, table_name, id_column, cursor_column, relation, "row", versioned)
  VALUES (lower(TG_OP), TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_RELID, captured, is_versioned);
  IF (current_setting('${NOTIFY_SETTING}', true) = 'always' OR NOT pg_try_advisory_xact_lock_shared(${LISTENER_LOCK}))
    AND pg_notification_queue_usage() < 0.5 THEN
    PERFORM pg_notify('${CHANNEL}', '');
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RAISE LOG 'skene: a change of % was not captured: %', TG_ARGV[0], SQLERRM;
  PERFORM set_config('skene.capture_failed', 'on', true);
  BEGIN
    PERFORM nextval('${MISSES}');
  EXCEPTION WHEN OTHERS THEN
    NULL;
  END;
  RETURN NULL;
END
`;

const FUNCTION = [
  `\
CREATE OR REPLACE FUNCTION ${CAPTURE_FUNCTION}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '${LOCK_TIMEOUT_MS}ms'
AS $skene$${FUNCTION_BODY}$skene$;`,
  `REVOKE ALL ON FUNCTION ${CAPTURE_FUNCTION}() FROM PUBLIC;`,
];

/** What the capture function is made of, as the catalog has it. */
export function captureFunctionBody(): string {
  return FUNCTION_BODY;
}

/** The statements that make the outbox and the function that writes to it, whatever is there already. */
export function outboxStatements(): string[] {
  return [...TABLES, ...FUNCTION];
}

/** The trigger for one operation on a watched table. */
export interface CaptureTrigger {
  name: string;
  operation: RowOperation;
  /** What the trigger's comment says when it is as it should be: tells one definition from another. */
  mark: string;
  /** What makes it, whatever is there already. */
  statements: string[];
}

/** The triggers of a watched table, one for each operation that matters. COPY fires them, and partitions inherit them. */
export function captureTriggers(watch: Watch): CaptureTrigger[] {
  const operations = [...new Set(watch.changes.map((change) => change.operation))];
  const table = quoteTable(watch.table);
  return operations.map((operation) => {
    const name = `skene_${operation}`;
    const condition = changeCondition(watch, operation, operation === 'delete' ? 'OLD' : 'NEW');
    const values = [watch.table, watch.id, ...(watch.cursor === undefined ? [] : [watch.cursor])];
    const trigger = `\
CREATE OR REPLACE TRIGGER ${name} AFTER ${operation.toUpperCase()} ON ${table}
FOR EACH ROW${condition === undefined ? '' : ` WHEN (${condition})`}
EXECUTE FUNCTION ${CAPTURE_FUNCTION}(${values.map(quoteLiteral).join(', ')});`;
    const mark = `skene:${stableHash([trigger])}`;
    const state = `\
INSERT INTO ${WATCH_STATE} (table_name, operation, misses)
VALUES (${quoteLiteral(watch.table)}, '${operation}', coalesce(pg_sequence_last_value('${MISSES}'), 0))
ON CONFLICT DO NOTHING;`;
    return {
      name,
      operation,
      mark,
      statements: [trigger, `COMMENT ON TRIGGER ${name} ON ${table} IS ${quoteLiteral(mark)};`, state],
    };
  });
}

/**
 * The changes of one operation that matter, as a condition on a row; nothing when every row does. Values are literals
 * without a type, so they are compared as the column's type compares.
 * @param row what stands for the row: `NEW`, or a table's alias.
 */
export function changeCondition(watch: Watch, operation: RowOperation, row: string): string | undefined {
  const alternatives = watch.changes
    .filter((change) => change.operation === operation)
    .map(({ equals }) =>
      Object.entries(equals).map(([column, value]) => `${row}.${quoteName(column)} ${comparison(value)}`),
    );
  if (alternatives.some((terms) => terms.length === 0)) return undefined;
  return alternatives.map((terms) => terms.join(' AND ')).join(' OR ');
}

function comparison(value: Scalar): string {
  return value === null ? 'IS NULL' : `= ${quoteLiteral(String(value))}`;
}
