import {
  CAPTURE_FUNCTION,
  type CapturingDatabase,
  captureFunctionBody,
  OUTBOX,
  quoteTable,
  ROLLUP_FUNCTION,
  type Row,
} from '../../databases/index.ts';
import type { Watch } from '../../plan/index.ts';

/** A table to be watched, as the database has it. */
export interface FoundTable {
  /** `pg_class.relkind`; nothing when there is no such table. */
  kind: string | undefined;
  columns: string[];
}

/** A trigger that calls the capture function, or the one that rolls up. */
export interface FoundTrigger {
  name: string;
  /** The object id of its table, and how that is written: `app.users`, ready for SQL. */
  relation: string;
  table: string;
  /** The table's name as the loops have it. */
  watched: string;
  /** Its comment. */
  mark: string | undefined;
  isEnabled: boolean;
}

/** What of the capture is in the database. */
export interface FoundCapture {
  /** By the name in the watch. */
  tables: Map<string, FoundTable & { relation: string | undefined }>;
  triggers: FoundTrigger[];
  outbox: 'missing' | 'outdated' | 'current';
  /** Tables that there are, for suggestions. */
  otherTables: string[];
}

const TABLES = `
SELECT wanted.name, c.oid::text AS relation, c.relkind AS kind, coalesce(
  (SELECT jsonb_agg(attname) FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
  '[]') AS columns
FROM unnest($1::text[], $2::text[]) AS wanted (name, quoted)
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(wanted.quoted)`;

const TRIGGERS = `
SELECT tgname AS name, tgrelid::text AS relation, tgrelid::regclass::text AS "table",
  obj_description(oid, 'pg_trigger') AS mark, tgenabled IN ('O', 'A') AS "isEnabled",
  tgargs AS arguments
FROM pg_catalog.pg_trigger
WHERE tgfoid IN (to_regprocedure('${CAPTURE_FUNCTION}()'), to_regprocedure('${ROLLUP_FUNCTION}()')) AND tgparentid = 0
ORDER BY tgrelid::regclass::text, tgname`;

const OUTBOX_STATE = `
SELECT CASE
  WHEN p.oid IS NULL OR to_regclass('${OUTBOX}') IS NULL THEN 'missing'
  WHEN p.prosrc = $1 THEN 'current' ELSE 'outdated' END AS state
FROM (SELECT to_regprocedure('${CAPTURE_FUNCTION}()') AS oid) AS f
LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = f.oid`;

const OTHER_TABLES = `
SELECT CASE n.nspname WHEN 'public' THEN relname ELSE n.nspname || '.' || relname END AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p') AND n.nspname !~ '^pg_|^information_schema$' ORDER BY 1 LIMIT 500`;

/** Reads what of the capture is in the database. */
export async function inspectCapture(
  { capture }: CapturingDatabase,
  watches: readonly Watch[],
): Promise<FoundCapture> {
  const names = watches.map((watch) => watch.table);
  const [tables = [], triggers = [], [outbox = {}] = [], others = []] = await capture.transaction([
    { sql: TABLES, params: [names, names.map(quoteTable)] },
    { sql: TRIGGERS },
    { sql: OUTBOX_STATE, params: [captureFunctionBody()] },
    { sql: OTHER_TABLES },
  ]);
  return {
    tables: new Map(
      tables.map((row) => [
        String(row.name),
        {
          relation: (row.relation ?? undefined) as string | undefined,
          kind: (row.kind ?? undefined) as string | undefined,
          columns: row.columns as string[],
        },
      ]),
    ),
    triggers: triggers.map(toTrigger),
    outbox: outbox.state as FoundCapture['outbox'],
    otherTables: others.map((row) => String(row.name)),
  };
}

function toTrigger({ name, relation, table, mark, isEnabled, arguments: values }: Row): FoundTrigger {
  // Each argument ends with a NUL.
  const [watched = ''] = Buffer.from(String(values), 'base64').toString('utf8').split('\0');
  return {
    name: String(name),
    relation: String(relation),
    table: String(table),
    watched,
    mark: typeof mark === 'string' ? mark : undefined,
    isEnabled: isEnabled === true,
  };
}
