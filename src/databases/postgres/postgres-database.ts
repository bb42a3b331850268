import { requireUpdate } from '../../sql/index.ts';
import type { CapturingDatabase } from '../database.ts';
import type { Driver } from './driver.ts';
import { createHealing, type HealingPace } from './healing.ts';
import { quoteName, quoteTable } from './identifiers.ts';
import { chargeStatement, keepStatement } from './keep-sql.ts';
import { createOutbox, type OutboxPatience } from './outbox.ts';
import { type RunSql, runLimited } from './session.ts';

/** A PostgreSQL database over either client library: whatever is not the way to the server is the same. */
export function createPostgresDatabase(
  driver: Driver,
  options: { outbox?: OutboxPatience | undefined; healing?: HealingPace | undefined } = {},
): CapturingDatabase {
  const run: RunSql = (statements, limits) => runLimited(driver, statements, limits);
  return {
    kind: driver.kind,
    async select({ sql, params, timeoutMs }) {
      const [rows = []] = await run([{ sql, params }], { readOnly: true, timeoutMs });
      return rows;
    },
    async find(table, column, value) {
      // No text of PostgreSQL holds a NUL character, and it refuses to be asked for one.
      if (String(value).includes('\0')) return undefined;
      const sql = `SELECT * FROM ${quoteTable(table)} WHERE ${quoteName(column)} = $1 LIMIT 1`;
      const [rows = []] = await run([{ sql, params: [value] }], { readOnly: true });
      return rows[0];
    },
    async update(statements, limits) {
      for (const { sql, params = [] } of statements) requireUpdate(sql, params, 'postgres');
      await run(statements, { ...limits, readOnly: false });
    },
    async keep(rows, { timeoutMs }) {
      await run([keepStatement(rows)], { timeoutMs, readOnly: false });
    },
    async charge(charge, { timeoutMs }) {
      const [rows = []] = await run([chargeStatement(charge)], { timeoutMs, readOnly: false });
      return rows.length > 0;
    },
    capture: {
      transaction: (statements, limits) => run(statements, { ...limits, readOnly: false }),
      outbox: createOutbox(run, options.outbox),
      healing: createHealing(run, options.healing),
    },
    close: () => driver.close(),
  };
}
