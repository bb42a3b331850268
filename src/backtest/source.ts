import { type Database, quoteName, quoteTable, type Row } from '../databases/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { analyseQuery } from '../sql/index.ts';

/** A table as it is copied: its columns, and how its rows are told apart by time and user. */
export interface SourceTable {
  name: string;
  columns: Array<{ name: string; type: string }>;
  /** The columns of its primary key. */
  key: string[];
  /** When a row was written; a table without is taken to have been as it is from the start. */
  time: string | undefined;
  /** The column that says which user a row is about; a table without is copied whole. */
  subject: string | undefined;
}

/** Reading a month of a table takes longer than a condition may. */
const QUERY_TIMEOUT_MS = 120_000;

const TIME_COLUMNS = [
  'created_at',
  'createdat',
  'inserted_at',
  'occurred_at',
  'happened_at',
  'created',
  'timestamp',
];

/** The tables that a loop looks at, users first. */
export async function readTables(
  database: Database,
  {
    plans,
    deployment,
    times,
  }: { plans: readonly Plan[]; deployment: Deployment; times: Readonly<Record<string, string>> },
): Promise<SourceTable[]> {
  const names = [deployment.users.table, ...plans.flatMap(tablesOf)];
  const tables: SourceTable[] = [];
  for (const name of new Set(names))
    tables.push(await readTable(database, name, { deployment, time: times[name] }));
  return tables;
}

function tablesOf({ trigger, steps, goal }: Plan): string[] {
  const queries = steps.flatMap(({ condition }) => (condition?.type === 'query' ? [condition.sql] : []));
  if (goal?.sign.type === 'query') queries.push(goal.sign.sql);
  const activities = steps.flatMap(({ condition }) =>
    condition?.type === 'activity' ? [condition.table] : [],
  );
  const read = queries.flatMap((sql) => {
    const analysis = analyseQuery(sql, { dialect: 'postgres', parameters: sql.includes('$1') ? 1 : 0 });
    return analysis.ok ? analysis.reads.map(({ table }) => table) : [];
  });
  return [...(trigger.type === 'database' ? [trigger.table] : []), ...read, ...activities];
}

async function readTable(
  database: Database,
  name: string,
  { deployment, time }: { deployment: Deployment; time: string | undefined },
): Promise<SourceTable> {
  const columns = await select(
    database,
    `SELECT a.attname AS name, CASE WHEN n.nspname = 'pg_catalog' AND t.typtype = 'b'
       THEN format_type(a.atttypid, a.atttypmod) ELSE 'text' END AS type
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [quoteTable(name)],
  );
  if (columns.length === 0)
    throw new EnvError('USAGE', `The database has no table ${name}.`, { hint: 'The loop reads it.' });
  const key = await select(
    database,
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = to_regclass($1) AND i.indisprimary`,
    [quoteTable(name)],
  );
  const named = columns.map((column) => ({ name: String(column.name), type: String(column.type) }));
  const isTime = ({ type }: { type: string }) => /^(?:timestamp|date)/.test(type);
  const found = TIME_COLUMNS.map((wanted) =>
    named.find((column) => column.name.toLowerCase() === wanted && isTime(column)),
  );
  const { users } = deployment;
  const watch = deployment.watches.find(({ table }) => table === name);
  return {
    name,
    columns: named,
    key: key.map((column) => String(column.name)),
    time: time ?? found.find((column) => column !== undefined)?.name,
    subject: name === users.table ? users.id : watch?.subjects[0],
  };
}

/** Which users are looked at: some who may have entered the loop in the time, always the same. */
export async function sampleSubjects(
  database: Database,
  tables: readonly SourceTable[],
  { plan, from, to, most }: { plan: Plan; from: number; to: number; most: number },
): Promise<string[]> {
  const { trigger, users } = plan;
  const entered = trigger.type === 'database' ? trigger : { table: users.table, subject: users.id };
  const table = tables.find(({ name }) => name === entered.table);
  const bounds = trigger.type === 'database' && table?.time !== undefined ? between(table.time) : 'TRUE';
  const subject = `${quoteName(entered.subject)}::text`;
  const rows = await select(
    database,
    `SELECT subject FROM (SELECT DISTINCT ${subject} AS subject FROM ${quoteTable(entered.table)}
       WHERE ${bounds} AND ${quoteName(entered.subject)} IS NOT NULL) AS entered ORDER BY md5(subject) LIMIT ${most}`,
    bounds === 'TRUE' ? [] : [iso(from), iso(to)],
  );
  return rows.map((row) => String(row.subject));
}

const between = (column: string) => `${quoteName(column)} > $1 AND ${quoteName(column)} <= $2`;
const iso = (at: number) => new Date(at).toISOString();

/**
 * The rows of a table about these users, up to a time, the oldest first.
 * @throws {EnvError} USAGE when there are more than `most`.
 */
export async function readRows(
  database: Database,
  { name, time, subject }: SourceTable,
  { subjects, to, most }: { subjects: readonly string[]; to: number; most: number },
): Promise<Row[]> {
  const params: string[] = [];
  const conditions: string[] = [];
  if (subject !== undefined) {
    params.push(JSON.stringify(subjects));
    conditions.push(
      `${quoteName(subject)}::text IN (SELECT jsonb_array_elements_text($${params.length}::jsonb))`,
    );
  }
  if (time !== undefined) {
    params.push(iso(to));
    conditions.push(`${quoteName(time)} <= $${params.length}`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const order = time === undefined ? '' : `ORDER BY ${quoteName(time)}`;
  const sql = `SELECT * FROM ${quoteTable(name)} ${where} ${order} LIMIT ${most + 1}`;
  const rows = await select(database, sql, params);
  if (rows.length <= most) return rows;
  throw new EnvError('USAGE', `${name} has more than ${most} rows about these ${subjects.length} users.`, {
    hint: 'Look at fewer users with --users.',
  });
}

function select(database: Database, sql: string, params: readonly unknown[]): Promise<Row[]> {
  return database.select({ sql, params, timeoutMs: QUERY_TIMEOUT_MS });
}
