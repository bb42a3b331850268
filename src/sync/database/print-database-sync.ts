import { captureTriggers, fillRollup, outboxStatements, rollupTriggers } from '../../databases/index.ts';
import type { Deployment, Watch } from '../../plan/index.ts';
import { keptTablesSql } from '../../usage/index.ts';

/**
 * The whole SQL of a sync, for those who apply it by themselves; it may be run again and again. `undefined` where there is nothing to write: a
 * database that is polled has no triggers.
 */
export function printDatabaseSync({ database, watches, kept = {} }: Deployment): string | undefined {
  const { provider = 'postgres' } = database;
  const isPostgres = provider === 'postgres' || provider === 'neon';
  const tables = keptTablesSql(kept, isPostgres ? 'postgres' : 'mysql');
  const parts = [
    ...(isPostgres && watches.length > 0 ? [printCapture(watches)] : []),
    ...(tables.length > 0 ? [`${TABLES_NOTE}\n\n${tables.join('\n\n')}\n`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('\n');
}

const TABLES_NOTE = `\
-- Where Skene writes down what is used and who subscribes, for you to read. Tables of your own do as well: name them and their columns under
-- \`usage\` and \`subscriptions\` of defineConfig; they need the same primary key, or a unique index on it.`;

function printCapture(watches: readonly Watch[]): string {
  const tables = watches.flatMap((watch) => [
    `-- ${watch.table}`,
    ...[...captureTriggers(watch), ...rollupTriggers(watch)].flatMap((trigger) => trigger.statements),
  ]);
  return `${[
    `\
-- What Skene needs to hear of changed rows (PostgreSQL 14 or later). Run it with
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f this-file.sql
-- It may be run again, and \`skene sync --database --remove\` undoes it.
-- Rows written with session_replication_role = replica (some restores, logical replication) fire no triggers.
-- A column in a WHEN clause can only be dropped or given another type once its trigger is dropped.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '5s';`,
    ...outboxStatements(),
    ...tables,
    'COMMIT;',
    ...watches.map(fillRollup).flatMap((fill) => (fill.length === 0 ? [] : ['BEGIN;', ...fill, 'COMMIT;'])),
  ].join('\n\n')}\n`;
}
