import { isSkeneError } from '../../errors/index.ts';
import { toPositional, updateToPositional } from '../../sql/index.ts';
import type { PolledDatabase, Row } from '../database.ts';
import type { PollingPace } from '../polling-pace.ts';
import type { MysqlDriver } from './driver.ts';
import { toDatabaseError } from './errors.ts';
import { quoteName, quoteTable } from './identifiers.ts';
import { chargeStatement, keepStatement } from './keep-sql.ts';
import { createPolling } from './polling.ts';

/** What our own statements may take. */
const USUAL_TIMEOUT_MS = 15_000;

/** A MySQL, MariaDB or PlanetScale database: whatever is not the way to the server is the same. */
export function createMysqlDatabase(driver: MysqlDriver, pace: PollingPace = {}): PolledDatabase {
  async function run(sql: string, params: readonly string[], timeoutMs = USUAL_TIMEOUT_MS): Promise<Row[]> {
    try {
      return await driver.query(sql, params, { timeoutMs });
    } catch (error) {
      throw isSkeneError(error) ? error : toDatabaseError(error);
    }
  }
  async function write(...[statements, limits]: Parameters<MysqlDriver['write']>): Promise<number[]> {
    try {
      return await driver.write(statements, limits);
    } catch (error) {
      throw isSkeneError(error) ? error : toDatabaseError(error);
    }
  }
  return {
    kind: driver.kind,
    async select({ sql, params, timeoutMs }) {
      const query = toPositional(sql, params, 'mysql');
      return run(query.sql, query.params.map(toText), timeoutMs);
    },
    async find(table, column, value) {
      const sql = `SELECT * FROM ${quoteTable(table)} WHERE ${quoteName(column)} = ? LIMIT 1`;
      const [row] = await run(sql, [toText(value)]);
      return row !== undefined && isNumberFor(row[column], value) ? row : undefined;
    },
    async update(statements, limits) {
      const positional = statements.map(({ sql, params = [] }) => {
        const update = updateToPositional(sql, params, 'mysql');
        return { sql: update.sql, params: update.params.map(toText) };
      });
      await write(positional, limits);
    },
    async keep(rows, limits) {
      await write([keepStatement(rows)], limits);
    },
    charge: async (charge, limits) => (await write([chargeStatement(charge)], limits))[0] !== 0,
    polling: createPolling(run, pace),
    close: () => driver.close(),
  };
}

/** As text, which MySQL compares with a column of any type through its index. */
function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** MySQL takes `7abc` for the number 7. */
function isNumberFor(found: unknown, wanted: unknown): boolean {
  const isNumber = typeof found === 'number' || (typeof found === 'string' && /^-?\d+$/.test(found));
  return !isNumber || String(found) === String(wanted);
}
