import { ConfigError } from '../../errors/index.ts';
import { type RowChange, stableHash } from '../../events/index.ts';
import { hasValues, type Watch } from '../../plan/index.ts';
import type { Backlog, PolledPage, Polling, PollingCheck, Row } from '../database.ts';
import type { PollingPace } from '../polling-pace.ts';
import { afterPage, nextPass, type Progress } from '../progress.ts';
import { rowIdentity } from '../row-identity.ts';
import { withoutWideValues } from '../row-width.ts';
import { countBacklog, sumBacklogs } from './backlog.ts';
import { type Column, type Ordering, orderingOf } from './columns.ts';
import { newestSql, pageSql, positionOf } from './page-sql.ts';
import { createSchema, type RunSql } from './schema.ts';

const USUAL_OVERLAP_MS = 30_000;

type PolledOperation = 'insert' | 'update';

/** What the cursor's text is made of: one progress for each operation, and the one whose pages are read now. */
interface Cursor {
  insert?: Progress | undefined;
  update?: Progress | undefined;
  turn?: PolledOperation | undefined;
}

/** How each operation of a watch is read, and which cannot be. */
interface Reading {
  orderings: Array<[PolledOperation, Ordering]>;
  refused: PollingCheck['refused'];
}

/** Keyset polling by a column that grows and the id. @see progress.ts for how late commits are found. */
export function createPolling(run: RunSql, pace: PollingPace = {}): Polling {
  const { overlapMs = USUAL_OVERLAP_MS, now = Date.now } = pace;
  const columnsOf = createSchema(run, now);

  async function readingOf(watch: Watch): Promise<Reading> {
    const reading = readWatch(watch, await columnsOf(watch.table));
    const [first] = reading.refused;
    if (reading.orderings.length > 0 || first === undefined) return reading;
    throw new ConfigError('CONFIG_INVALID', first.reason, { hint: first.hint });
  }

  /** Where an operation's polling begins: behind the newest row. */
  async function begin(watch: Watch, ordering: Ordering): Promise<Progress> {
    const { sql, params } = newestSql(watch.table, ordering);
    const [row] = await run(sql, params);
    const floor = row && positionOf(row, ordering);
    return { column: ordering.column.name, floor, settled: floor?.value, top: floor?.value };
  }

  async function beginAll(watch: Watch, { orderings }: Reading, cursor: Cursor): Promise<Cursor> {
    const begun: Cursor = {};
    for (const [operation, ordering] of orderings) {
      const known = cursor[operation];
      begun[operation] = known?.column === ordering.column.name ? known : await begin(watch, ordering);
    }
    return { ...begun, turn: cursor.turn };
  }

  async function readPage(
    watch: Watch,
    progress: Progress,
    { operation, ordering, limit }: { operation: PolledOperation; ordering: Ordering; limit: number },
  ): Promise<{ changes: RowChange[]; progress: Progress; isEnd: boolean }> {
    const pass = nextPass(progress, now(), overlapMs);
    const { sql, params } = pageSql(watch.table, ordering, { pass, limit });
    const rows = await run(sql, params);
    const last = rows.at(-1);
    const isEnd = rows.length < limit;
    const page = { last: last && positionOf(last, ordering), isEnd, now: now() };
    return {
      changes: rows
        .filter((row) => matters(watch, operation, row))
        .map((row) => toChange(row, { watch, operation, ordering, at: page.now })),
      progress: afterPage(progress, pass, page),
      isEnd,
    };
  }

  return {
    async next(watch, { cursor, limit }): Promise<PolledPage> {
      const reading = await readingOf(watch);
      const state = await beginAll(watch, reading, readCursor(cursor));
      const index = Math.max(
        0,
        reading.orderings.findIndex(([operation]) => operation === state.turn),
      );
      const [operation, ordering] = reading.orderings[index] ?? [];
      const progress = operation && state[operation];
      if (cursor === undefined || operation === undefined || ordering === undefined || progress === undefined)
        return { changes: [], cursor: JSON.stringify(state), isLast: true };
      const page = await readPage(watch, progress, { operation, ordering, limit });
      const turn = page.isEnd ? reading.orderings[index + 1]?.[0] : operation;
      const next: Cursor = { ...state, [operation]: page.progress, turn };
      return { changes: page.changes, cursor: JSON.stringify(next), isLast: turn === undefined };
    },

    async check(watch): Promise<PollingCheck> {
      const { orderings, refused } = await readingOf(watch);
      return {
        found: orderings.map(([operation, { column }]) => `${operation}s by ${column.name}`).join(', '),
        refused,
        advice: orderings.flatMap(([, { column }]) => adviceOn(watch, column)),
      };
    },

    async backlog(watch, cursor): Promise<Backlog> {
      const { orderings } = await readingOf(watch);
      const known = readCursor(cursor);
      const backlogs = orderings.map(([operation, ordering]) =>
        countBacklog(run, { table: watch.table, ordering, after: known[operation]?.top }),
      );
      return sumBacklogs(await Promise.all(backlogs));
    },
  };
}

function readCursor(cursor: string | undefined): Cursor {
  return cursor === undefined ? {} : (JSON.parse(cursor) as Cursor);
}

function readWatch(watch: Watch, columns: readonly Column[]): Reading {
  const reading: Reading = { orderings: [], refused: [] };
  for (const operation of new Set(watch.changes.map((change) => change.operation))) {
    if (operation === 'delete') {
      reading.refused.push({
        operation,
        reason: `Deletes of ${watch.table} cannot be polled: a row that is gone cannot be asked for.`,
        hint: 'Set a column instead (deleted_at) and watch updates, or send an event with track().',
      });
      continue;
    }
    const found = orderingOf(watch, operation, columns);
    if ('reason' in found) reading.refused.push({ operation, ...found });
    else reading.orderings.push([operation, found]);
  }
  return reading;
}

function adviceOn({ table }: Watch, { name, isIndexed }: Column): string[] {
  return isIndexed
    ? []
    : [
        `${table}.${name} has no index, so each poll reads the whole table: CREATE INDEX ${table}_${name} ON ${table} (${name}).`,
      ];
}

function matters(watch: Watch, operation: PolledOperation, row: Row): boolean {
  return watch.changes.some((change) => change.operation === operation && hasValues(row, change.equals));
}

function toChange(
  row: Row,
  about: { watch: Watch; operation: PolledOperation; ordering: Ordering; at: number },
): RowChange {
  const { watch, operation, ordering, at } = about;
  // Two updates within the precision of their column are told apart by what they left.
  const seen = operation === 'update' ? [row[ordering.column.name], stableHash([row])] : undefined;
  const identity = rowIdentity({ operation, row, keys: { id: watch.id, cursor: ordering.made } }, seen);
  return { table: watch.table, operation, row: withoutWideValues(row), identity, at };
}
