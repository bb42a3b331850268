import { createHash } from 'node:crypto';
import type { Database, Row } from '../databases/index.ts';
import { QUERY_TIMEOUT_MS, refuseTooMany, type Source } from './source.ts';

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** In the order in which they are tried: a column has the first type that all its values fit. */
const TYPES: ReadonlyArray<readonly [string, (value: unknown) => boolean]> = [
  ['boolean', (value) => typeof value === 'boolean'],
  ['bigint', Number.isSafeInteger],
  ['double precision', (value) => typeof value === 'number'],
  ['timestamptz', (value) => typeof value === 'string' && ISO_TIME.test(value)],
  ['jsonb', (value) => typeof value === 'object'],
];

/** Reads tables that lie in an Upstash Redis as hashes. Nothing says what types their fields have but the values. */
export function createRedisSource(database: Pick<Database, 'select'>): Source {
  const known = new Map<string, Promise<Row[]>>();
  const read = (table: string): Promise<Row[]> => {
    const select = { table, source: { type: 'scan' }, projection: { type: 'all' }, order: [] } as const;
    const rows =
      known.get(table) ??
      database.select({
        sql: `SELECT * FROM ${table}`,
        select: { ...select, order: [] },
        params: [],
        timeoutMs: QUERY_TIMEOUT_MS,
      });
    known.set(table, rows);
    return rows;
  };
  return {
    dialect: 'postgres',
    async shapeOf(table) {
      const rows = await read(table);
      const names = new Set(rows.flatMap((row) => Object.keys(row)));
      if (names.size === 0) return undefined;
      const columns = [...names].map((name) => ({ name, type: typeOf(rows.map((row) => row[name])) }));
      return { columns, key: [] };
    },
    async subjects({ table, subject, between, most }) {
      const rows = (await read(table)).filter((row) => {
        if (between === undefined) return true;
        const at = timeOrNaN(row, between.column);
        return at > between.from && at <= between.to;
      });
      const subjects = new Set(rows.map((row) => row[subject]).filter((value) => value !== null));
      return [...subjects].map(String).sort(byDigest).slice(0, most);
    },
    async rows({ name, time, subject }, asked) {
      const wanted = new Set(asked.subjects);
      const rows = (await read(name)).filter(
        (row) =>
          (subject === undefined || wanted.has(String(row[subject]))) &&
          (time === undefined || timeOrNaN(row, time) <= asked.to),
      );
      if (rows.length > asked.most) refuseTooMany(name, asked);
      return time === undefined
        ? rows
        : rows.sort((one, other) => timeOrNaN(one, time) - timeOrNaN(other, time));
    },
    translate: (sql) => sql,
    preparation: [],
    notes: [
      'The queries were put to a PostgreSQL, with columns of the types that the values of the hashes have.',
    ],
  };
}

function typeOf(values: readonly unknown[]): string {
  const given = values.filter((value) => value !== null && value !== undefined);
  const fitting = TYPES.find(([, fits]) => given.length > 0 && given.every(fits));
  return fitting?.[0] ?? 'text';
}

/** When a row was written, in ms since the epoch; NaN, which lies between no two times, for one that does not say. */
const timeOrNaN = (row: Row, column: string): number => Date.parse(String(row[column]));

/** Spreads users evenly, whatever their ids count. */
function byDigest(one: string, other: string): number {
  const [left, right] = [one, other].map((id) => createHash('md5').update(id).digest('hex'));
  return (left ?? '').localeCompare(right ?? '');
}
