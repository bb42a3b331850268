import { quoteName, quoteTable, type Row } from '../databases/index.ts';
import type { Stack } from '../dev/index.ts';
import type { BacktestProgress } from './backtest.ts';
import type { SourceTable } from './source.ts';

/** The rows of each table, the oldest first. */
type Rows = ReadonlyMap<SourceTable, readonly Row[]>;

/** Rows that were written within this time of each other are inserted together. */
const BUCKET_MS = 1_000;
const PIECE_ROWS = 1_000;

/** Makes the tables anew, with the rows that were there at the beginning: nobody hears of those. */
export async function copyTables({ postgres }: Stack, rows: Rows, from: number): Promise<void> {
  await postgres?.exec('DROP TABLE IF EXISTS user_actions, users');
  for (const [table, all] of rows) {
    const { name, columns, key, time } = table;
    const schema = name.split('.').at(-2);
    const definitions = columns.map((column) => `${quoteName(column.name)} ${column.type}`);
    if (key.length > 0) definitions.push(`PRIMARY KEY (${key.map(quoteName).join(', ')})`);
    if (schema !== undefined) await postgres?.exec(`CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`);
    await postgres?.exec(`CREATE TABLE ${quoteTable(name)} (${definitions.join(', ')})`);
    await insert(
      postgres,
      table,
      time === undefined ? all : all.filter((row) => timeOrZero(row, time) <= from),
    );
  }
}

/** Writes the rows in the order and at the times at which they were written, and lets the loop run in between. */
export async function replayRows(
  { postgres, clock, database, qstash }: Stack,
  rows: Rows,
  {
    from,
    to,
    onProgress = () => {},
  }: { from: number; to: number; onProgress?: ((progress: BacktestProgress) => void) | undefined },
): Promise<void> {
  const buckets = bucketsOf(rows, from);
  const times = [...buckets.keys()].sort((one, other) => one - other);
  for (const [index, time] of times.entries()) {
    await clock.advance(Math.max(0, time - clock.now()));
    for (const [table, part] of buckets.get(time) ?? []) await insert(postgres, table, part);
    await database.drain();
    await qstash.idle();
    onProgress({ done: index + 1, of: times.length });
  }
  await clock.advance(Math.max(0, to - clock.now()));
  await qstash.idle();
}

function bucketsOf(rows: Rows, from: number): Map<number, Map<SourceTable, Row[]>> {
  const buckets = new Map<number, Map<SourceTable, Row[]>>();
  for (const [table, all] of rows) {
    for (const row of table.time === undefined ? [] : all) {
      const at = timeOrZero(row, table.time ?? '');
      if (at <= from) continue;
      const time = Math.ceil(at / BUCKET_MS) * BUCKET_MS;
      const bucket = buckets.get(time) ?? new Map<SourceTable, Row[]>();
      bucket.set(table, [...(bucket.get(table) ?? []), row]);
      buckets.set(time, bucket);
    }
  }
  return buckets;
}

async function insert(
  postgres: Stack['postgres'],
  { name }: SourceTable,
  rows: readonly Row[],
): Promise<void> {
  const table = quoteTable(name);
  for (let from = 0; from < rows.length; from += PIECE_ROWS) {
    const piece = JSON.stringify(rows.slice(from, from + PIECE_ROWS));
    await postgres?.query(
      `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
      [piece],
    );
  }
}

/** When a row was written, in ms since the epoch; 0 for one that does not say, as it was there before everything that is replayed. */
function timeOrZero(row: Row, column: string): number {
  const at = Date.parse(String(row[column]));
  return Number.isNaN(at) ? 0 : at;
}
