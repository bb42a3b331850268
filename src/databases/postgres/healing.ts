import type { RowChange, RowOperation } from '../../events/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { Healing, HealingPage, Row } from '../database.ts';
import { rowIdentity } from '../row-identity.ts';
import { changeCondition } from './capture-sql.ts';
import { type CapturedRow, capturedRowColumns, readCapturedRow } from './captured-row.ts';
import { type HealthState, NOTED_FOR_MS, type Pass, readHealth, readUnsure, writeHealth } from './health.ts';
import { quoteName, quoteTable } from './identifiers.ts';
import { type Ordering, orderingOf, readColumns } from './ordering.ts';
import { type RunSql, whenInstalled } from './session.ts';

/** The pace of healing, in ms. */
export interface HealingPace {
  /** How far before the time the triggers were last known to work a pass begins: as long as a transaction may take to commit. */
  overlapMs: number;
  /** How long after a pass the next may begin: while triggers are broken, passes stand in for them. */
  restMs: number;
}

const USUAL_PACE: HealingPace = { overlapMs: 15 * 60_000, restMs: 30_000 };

/** Passes over the watched tables, by whatever runs SQL. */
export function createHealing(run: RunSql, pace = USUAL_PACE): Healing {
  return {
    unsure: (watches) =>
      watches.length === 0 ? Promise.resolve([]) : whenInstalled(readUnsure(run, watches)),
    async next(watch, { limit }) {
      for (const operation of ['insert', 'update'] as const) {
        if (!watch.changes.some((change) => change.operation === operation)) continue;
        const page = await nextPage({ run, pace, watch, operation, limit });
        if (page !== undefined) return page;
      }
      return undefined;
    },
  };
}

interface Search {
  run: RunSql;
  pace: HealingPace;
  watch: Watch;
  operation: 'insert' | 'update';
  limit: number;
}

async function nextPage(search: Search): Promise<HealingPage | undefined> {
  const { run, watch, operation, limit } = search;
  const ordering = orderingOf(watch, operation, await readColumns(run, watch.table));
  if (ordering === undefined) return undefined;
  const state = await whenInstalled(readHealth(run, { watch, operation, ordering }));
  const pass = state.pass ?? duePass(state, ordering, search.pace);
  if (pass === undefined) {
    await noteHealth(run, state);
    return undefined;
  }
  const rows = await readPage(search, ordering, pass);
  const last = rows.at(-1);
  const settle = (): Promise<void> =>
    rows.length === limit && last !== undefined
      ? writeHealth(run, state, { pass: { ...pass, after: [String(last.cursor), String(last.id)] } })
      : finish(run, state, pass);
  if (last !== undefined) return { changes: rows.map((row) => toChange(row, watch, operation)), settle };
  await settle();
  return undefined;
}

/**
 * Remembers that nothing is missing. Not while a second look is to come, which has to begin where the first did; and not
 * each time, as it is a write.
 */
async function noteHealth(run: RunSql, state: HealthState): Promise<void> {
  const isRecent = state.now - state.healthyAt < NOTED_FOR_MS && state.healthyMark === state.mark;
  if (isRecent || hasMissed(state) || state.lookAgainAt !== undefined) return;
  await writeHealth(run, state, { healthyAt: state.now, healthyMark: state.mark, misses: state.misses });
}

/** Whether changes have been missed, or are being missed now. */
function hasMissed(state: HealthState): boolean {
  return !state.isCapturing || state.misses !== state.knownMisses;
}

/** The pass to begin, if one is due. */
function duePass(state: HealthState, ordering: Ordering, pace: HealingPace): Pass | undefined {
  const { overlapMs, restMs } = pace;
  const isMissing = hasMissed(state);
  const isSecondLook = state.lookAgainAt !== undefined && state.lookAgainAt <= state.now;
  const isResting = state.passedAt !== undefined && state.now - state.passedAt < restMs;
  if (isResting || (!isMissing && !isSecondLook)) return undefined;
  const since =
    ordering.kind === 'integer'
      ? String((state.healthyMark ?? state.mark ?? 0) - ordering.overlap)
      : new Date(state.healthyAt - Math.max(overlapMs, ordering.overlap)).toISOString();
  return {
    since,
    startedAt: state.now,
    mark: state.mark,
    misses: state.misses,
    // A transaction whose change was missed may commit only after this pass has read the table: it is looked for once more.
    ...(isMissing ? { lookAgainAt: state.now + overlapMs } : {}),
  };
}

function finish(run: RunSql, state: HealthState, pass: Pass): Promise<void> {
  return writeHealth(run, state, {
    healthyAt: pass.startedAt,
    healthyMark: pass.mark,
    misses: pass.misses,
    lookAgainAt: pass.lookAgainAt,
    passedAt: state.now,
  });
}

/** A row of a page, with its place in the order as text. */
type PageRow = Row & { cursor: string; id: string };

async function readPage(search: Search, ordering: Ordering, pass: Pass): Promise<PageRow[]> {
  const { watch, operation, limit } = search;
  const cursor = `t.${quoteName(ordering.column)}`;
  const id = `t.${quoteName(watch.id)}`;
  const condition = changeCondition(watch, operation, 't');
  const conditions = [
    `${cursor} >= $1::${ordering.kind === 'integer' ? 'bigint' : 'timestamptz'}`,
    ...(pass.after === undefined
      ? []
      : [`(${cursor}, ${id}) > ($3::text::${ordering.type}, $4::text::${ordering.idType})`]),
    ...(condition === undefined ? [] : [`(${condition})`]),
    ...(ordering.unchanged === undefined
      ? []
      : [`${cursor} IS DISTINCT FROM t.${quoteName(ordering.unchanged)}`]),
  ];
  const sql = `
    SELECT page.cursor, page.id, ${capturedRowColumns('page."row"', 'page.relation')}
    FROM (
      SELECT ${cursor}::text AS cursor, ${id}::text AS id, to_jsonb(t) AS "row", t.tableoid AS relation
      FROM ${quoteTable(watch.table)} AS t WHERE ${conditions.join(' AND ')}
      ORDER BY ${cursor}, ${id} LIMIT $2
    ) AS page`;
  const [rows = []] = await search.run([{ sql, params: [pass.since, limit, ...(pass.after ?? [])] }], {
    readOnly: true,
  });
  return rows as PageRow[];
}

function toChange(found: PageRow, watch: Watch, operation: RowOperation): RowChange {
  const row = readCapturedRow(found as unknown as CapturedRow);
  const identity = rowIdentity({ operation, row, keys: watch });
  return { table: watch.table, operation, row, identity, at: Date.now() };
}
