import type { Backlog } from '../database.ts';
import type { Ordering } from './columns.ts';
import { countSql } from './page-sql.ts';
import type { RunSql } from './schema.ts';

const MOST_COUNTED = 1_000;

/** Counts the rows of a table whose place in the order is greater than `after`; all where that is left out. */
export async function countBacklog(
  run: RunSql,
  about: { table: string; ordering: Ordering; after: string | undefined },
): Promise<Backlog> {
  const { table, ordering, after } = about;
  const { sql, params } = countSql(table, ordering, { after, most: MOST_COUNTED });
  const [row = {}] = await run(sql, params);
  // Which zone's time a DATETIME is, is not known.
  const isKnown = ordering.column.type === 'timestamp' && typeof row.first === 'string';
  return { rows: Number(row.rows), ...(isKnown ? { oldestAt: Date.parse(String(row.first)) } : {}) };
}

/** The backlogs of several operations as one. */
export function sumBacklogs(backlogs: readonly Backlog[]): Backlog {
  const times = backlogs.flatMap(({ oldestAt }) => oldestAt ?? []);
  const rows = backlogs.reduce((sum, backlog) => sum + backlog.rows, 0);
  return {
    rows: Math.min(MOST_COUNTED, rows),
    ...(times.length > 0 ? { oldestAt: Math.min(...times) } : {}),
  };
}
