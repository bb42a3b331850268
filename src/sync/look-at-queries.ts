import { type Capture, type Database, quoteTable } from '../databases/index.ts';
import { messageOf } from '../errors/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { analyseQuery, type Read } from '../sql/index.ts';
import { quotedFor } from './answered-names.ts';
import type { Finding } from './finding.ts';
import { lookAtEmails } from './look-at-emails.ts';

/** A query that loops ask, and what it is called. */
interface AskedQuery {
  name: string;
  sql: string;
  aboutSubject: boolean;
}

const QUERY_TIMEOUT_MS = 10_000;
/** Reading this many rows at every look is worth an index. */
const LARGE_TABLE_ROWS = 10_000;

/**
 * Asks the real database every query of the loops, for one user that it has: whether its tables, columns and types are there, (on
 * PostgreSQL) whether it reads a large table from end to end, and whether it answers with what the emails speak of.
 */
export async function lookAtQueries(database: Database, deployment: Deployment): Promise<Finding[]> {
  const { plans, users } = deployment;
  // What runs on hashes was checked when it was compiled.
  if (database.kind === 'upstash-redis') return [];
  const id = await someUser(database, users);
  const findings: Finding[] = [];
  for (const query of plans.flatMap(queriesOf)) findings.push(await lookAtQuery(query, id, database));
  return [...findings, ...(await lookAtEmails(database, deployment, id))];
}

/** The id of a user that there is, so that the database plans as it will; else one that nobody has, of the kind that ids are. */
async function someUser(database: Database, { table, id }: Deployment['users']): Promise<unknown> {
  const sql = `SELECT * FROM ${quotedFor(database, table)} LIMIT 1`;
  const [user] = await database.select({ sql, params: [], timeoutMs: QUERY_TIMEOUT_MS });
  if (user?.[id] !== undefined) return user[id];
  const [column] = await database.select({
    sql: 'SELECT data_type AS kind FROM information_schema.columns WHERE table_name = $1 AND column_name = $2',
    params: [table.split('.').at(-1), id],
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  return idOfKind(String(column?.kind));
}

function idOfKind(kind: string): string | null {
  if (kind === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (/int|serial|numeric|decimal/i.test(kind)) return '0';
  return /char|text/i.test(kind) ? 'nobody' : null;
}

function queriesOf({ loop, steps, goal }: Plan): AskedQuery[] {
  const conditions = steps.flatMap(({ id, condition }) =>
    condition?.type === 'query'
      ? [{ name: `${loop} ${id}`, sql: condition.sql, aboutSubject: condition.aboutSubject }]
      : [],
  );
  const isOwn = goal?.sign.type === 'query' && goal.step === undefined;
  return isOwn && goal.sign.type === 'query'
    ? [...conditions, { name: `${loop} goal`, sql: goal.sign.sql, aboutSubject: true }]
    : conditions;
}

async function lookAtQuery(query: AskedQuery, id: unknown, database: Database): Promise<Finding> {
  const name = `query of ${query.name}`;
  const params = query.aboutSubject ? [id] : [];
  try {
    // An audience may be large: that it can be asked is enough.
    const sql = query.aboutSubject ? query.sql : `SELECT * FROM (${query.sql}\n) AS audience LIMIT 1`;
    await database.select({ sql, params, timeoutMs: QUERY_TIMEOUT_MS });
    const scan =
      database.capture === undefined || !query.aboutSubject
        ? undefined
        : await largeScanOf(query.sql, id, database.capture);
    if (scan === undefined) return { name, state: 'ok', detail: 'the database takes it' };
    const detail = `reads all of ${scan.table} (about ${scan.rows} rows) each time it is asked`;
    return { name, state: 'warning', detail, hint: indexFor(query.sql, scan.table) };
  } catch (error) {
    return {
      name,
      state: 'problem',
      detail: messageOf(error),
      hint: 'Mend the query, or run your migrations.',
    };
  }
}

/** The part of EXPLAIN's answer that is looked at. */
interface PlanNode {
  'Node Type'?: string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/** The largest table that PostgreSQL would read from end to end. */
async function largeScanOf(
  sql: string,
  id: unknown,
  { transaction }: Capture,
): Promise<{ table: string; rows: number } | undefined> {
  const [[answer] = []] = await transaction([{ sql: `EXPLAIN (FORMAT JSON) ${sql}`, params: [id] }], {
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  const [explained] = (answer?.['QUERY PLAN'] ?? []) as Array<{ Plan: PlanNode }>;
  const tables = explained === undefined ? [] : scannedIn(explained.Plan);
  if (tables.length === 0) return undefined;
  const [rows = []] = await transaction([
    {
      sql: `SELECT relname AS table, reltuples::bigint::int AS rows FROM pg_class
            WHERE relname = ANY (ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) ORDER BY reltuples DESC LIMIT 1`,
      params: [JSON.stringify(tables)],
    },
  ]);
  const [largest] = rows.map(({ table, rows: count }) => ({ table: String(table), rows: Number(count) }));
  return largest !== undefined && largest.rows >= LARGE_TABLE_ROWS ? largest : undefined;
}

function scannedIn(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scannedIn)];
}

/** The index that makes a look-up of it: the column that says whose a row is, then those with a fixed value. */
function indexFor(sql: string, table: string): string {
  const analysis = analyseQuery(sql, { dialect: 'postgres', parameters: 1 });
  const read: Read | undefined = analysis.ok
    ? analysis.reads.find((one) => one.table.split('.').at(-1) === table)
    : undefined;
  const columns = [...(read?.column === undefined ? [] : [read.column]), ...Object.keys(read?.equals ?? {})];
  return columns.length === 0
    ? `Add an index by which PostgreSQL finds the rows of ${table} that it wants.`
    : `CREATE INDEX ON ${quoteTable(read?.table ?? table)} (${columns.map((column) => `"${column}"`).join(', ')});`;
}
