import { type Database, quoteName, quoteTable, type Row } from '../databases/index.ts';
import { QUERY_TIMEOUT_MS, refuseTooMany, type Source } from './source.ts';

const COLUMNS = `SELECT a.attname AS name, CASE WHEN n.nspname = 'pg_catalog' AND t.typtype = 'b'
    THEN format_type(a.atttypid, a.atttypmod) ELSE 'text' END AS type
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const KEY = `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
  WHERE i.indrelid = to_regclass($1) AND i.indisprimary`;

/** Reads a PostgreSQL. */
export function createPostgresSource(database: Pick<Database, 'select'>): Source {
  const select = (sql: string, params: readonly unknown[]): Promise<Row[]> =>
    database.select({ sql, params, timeoutMs: QUERY_TIMEOUT_MS });
  return {
    dialect: 'postgres',
    async shapeOf(table) {
      const columns = await select(COLUMNS, [quoteTable(table)]);
      if (columns.length === 0) return undefined;
      const key = await select(KEY, [quoteTable(table)]);
      return {
        columns: columns.map(({ name, type }) => ({ name: String(name), type: String(type) })),
        key: key.map(({ name }) => String(name)),
      };
    },
    async subjects({ table, subject, between, most }) {
      const bounds =
        between === undefined
          ? ''
          : `AND ${quoteName(between.column)} > $1 AND ${quoteName(between.column)} <= $2`;
      const rows = await select(
        `SELECT subject FROM (SELECT DISTINCT ${quoteName(subject)}::text AS subject FROM ${quoteTable(table)}
           WHERE ${quoteName(subject)} IS NOT NULL ${bounds}) AS entered ORDER BY md5(subject) LIMIT ${most}`,
        between === undefined ? [] : [iso(between.from), iso(between.to)],
      );
      return rows.map((row) => String(row.subject));
    },
    async rows({ name, time, subject }, asked) {
      const params: string[] = [];
      const conditions: string[] = [];
      if (subject !== undefined) {
        params.push(JSON.stringify(asked.subjects));
        conditions.push(
          `${quoteName(subject)}::text IN (SELECT jsonb_array_elements_text($${params.length}::jsonb))`,
        );
      }
      if (time !== undefined) {
        params.push(iso(asked.to));
        conditions.push(`${quoteName(time)} <= $${params.length}`);
      }
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const order = time === undefined ? '' : `ORDER BY ${quoteName(time)}`;
      const rows = await select(
        `SELECT * FROM ${quoteTable(name)} ${where} ${order} LIMIT ${asked.most + 1}`,
        params,
      );
      return rows.length > asked.most ? refuseTooMany(name, asked) : rows;
    },
    translate: (sql) => sql,
    preparation: [],
    notes: [],
  };
}

const iso = (at: number): string => new Date(at).toISOString();
