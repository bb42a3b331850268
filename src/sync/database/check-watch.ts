import leven from 'leven';
import { ConfigError } from '../../errors/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { FoundTable } from './inspect-capture.ts';

/** What cannot be watched, by `pg_class.relkind`. */
const NOT_TABLES: Record<string, string> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
  c: 'a composite type',
};

/** Refuses a watch that no trigger can serve. @throws {ConfigError} that says why and what to write instead. */
export function checkWatch(
  watch: Watch,
  table: FoundTable | undefined,
  otherTables: readonly string[],
): void {
  if (table?.kind === undefined)
    throw refusal(`The database has no table ${watch.table}.`, suggestion(watch.table, otherTables));
  const notTable = NOT_TABLES[table.kind];
  if (notTable !== undefined)
    throw refusal(
      `${watch.table} is ${notTable}, which cannot be watched.`,
      'Name the table its rows come from.',
    );
  if (/(?:^|\.)skene_/.test(watch.table))
    throw refusal(
      `${watch.table} is Skene's own and cannot be watched.`,
      "Name a table of the application's.",
    );

  const filters = watch.changes.flatMap((change) => Object.keys(change.equals));
  // What is only rolled up needs no key.
  const key = watch.changes.length === 0 ? [] : [watch.id];
  const rolledUp = watch.rollup === undefined ? [] : [watch.rollup.subject, watch.rollup.time];
  const cursor = watch.cursor === undefined ? [] : [watch.cursor];
  for (const column of new Set([...key, ...rolledUp, ...cursor, ...watch.subjects, ...filters])) {
    if (table.columns.includes(column)) continue;
    const setting =
      column === watch.id
        ? ` Its key is set with tables: { ${JSON.stringify(watch.table)}: { id: '...' } }.`
        : '';
    throw refusal(
      `The table ${watch.table} has no column ${column}.`,
      `${suggestion(column, table.columns)}${setting}`,
    );
  }
}

function refusal(message: string, hint: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, { hint });
}

function suggestion(name: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: leven(candidate.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= 3)
    .sort((a, b) => a.distance - b.distance)[0];
  if (near !== undefined) return `Did you mean ${near.candidate}? Names are taken with their capitals.`;
  return known.length === 0 ? 'It has no tables at all.' : `There is: ${known.slice(0, 20).join(', ')}.`;
}
