import { PGlite } from '@electric-sql/pglite';
import { Redis } from '@upstash/redis';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { layoutOf } from '../../../src/hashes/index.ts';
import { toSelectPlan } from '../../../src/sql/index.ts';
import { SERVERS, type TestedServer } from './servers.ts';

interface Sample {
  id: string;
  name?: string | undefined;
  age?: number | undefined;
  active?: boolean | undefined;
  seen?: string | undefined;
}

const NAMES = ['Ada', 'ada', 'Bob', 'Zoë', 'a_b', 'a%b', '', "O'Hara", 'x\\y'];
const TIMES = ['2026-01-01T00:00:00.000Z', '2026-03-05T12:30:00.000Z', '2031-01-01T00:00:00.000Z'];

/** Rows with every combination that matters of values and gaps. */
const SAMPLES = Array.from({ length: 40 }, (_, index): Sample => {
  const pick = <T>(values: readonly T[], step: number): T | undefined =>
    index % (step + 2) === 0 ? undefined : values[index % values.length];
  return {
    id: `r${index}`,
    name: pick(NAMES, 3),
    age: pick([-3, 0, 7, 10, 100, 2.5], 4),
    active: pick([true, false], 5),
    seen: pick(TIMES, 6),
  };
});

const text = fc.constantFrom(...NAMES, 'nobody').map((value) => `'${value.replaceAll("'", "''")}'`);
const number = fc.constantFrom('0', '7', '9', '-3', '2.5', '100');
const sign = fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>=');
const negation = fc.constantFrom('', 'NOT ');
const pattern = fc.constantFrom("'%a%'", "'A_a'", "'a\\_b'", "'%'", "''", "'a%b'", "'%\\\\%'");
const from = <TParts extends unknown[]>(...parts: { [TKey in keyof TParts]: fc.Arbitrary<TParts[TKey]> }) =>
  fc.tuple(...parts).map((words) => words.join(' '));
const word = <TWord extends string>(...words: TWord[]) => fc.constantFrom(...words);

const comparison = fc.oneof(
  from(word('name'), word('=', '<>'), text),
  from(text, word('=', '<>'), word('name')),
  from(word('age'), sign, number),
  from(number, sign, word('age')),
  from(word('age'), negation, word('BETWEEN 0 AND 10')),
  from(word('age'), negation, word('IN (7, 10, NULL)', 'IN (7)', 'IN (1, 2.5)')),
  from(
    word('name'),
    negation,
    fc.tuple(text, text).map((items) => `IN (${items.join(', ')})`),
  ),
  from(word('name'), negation, word('LIKE', 'ILIKE'), pattern),
  from(word('name', 'age', 'active', 'seen'), word('IS NULL', 'IS NOT NULL')),
  from(word('active'), word('', '= true', '= false', '<> true')),
  from(
    word('seen'),
    word('<', '<=', '>', '>='),
    word('NOW()', "NOW() + INTERVAL '1 day'", "now() - interval '2 weeks'"),
  ),
  from(word('name'), word('='), word('$1')),
  from(word('id'), word('= $1', "= 'r7'", "IN ('r1', 'r2', $1)")),
  word('name = NULL', 'NOT age = NULL', 'age = age', 'name <> id'),
);

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    from(tie('condition'), word('AND', 'OR'), tie('condition')),
    tie('condition').map((inner) => `NOT (${inner})`),
    comparison.map((inner) => `NOT ${inner}`),
    tie('condition').map((inner) => `(${inner})`),
  ),
}));

const query = fc.record({
  columns: word(
    '*',
    'id, name',
    'age AS "howOld", id',
    'count(*)',
    'COUNT(name) AS named',
    "'x' AS x, 1 AS one, id",
  ),
  where: fc.option(condition),
  order: fc.option(word('name', 'age DESC', 'age NULLS FIRST', 'seen DESC NULLS LAST', 'active')),
  limit: fc.option(word('0', '1', '5')),
  param: word('r7', 'Ada', 'nobody'),
});

function sqlOf({
  columns,
  where,
  order,
  limit,
}: {
  columns: string;
  where: string | null;
  order: string | null;
  limit: string | null;
}): string {
  const isCount = /^count/i.test(columns);
  const sorted = isCount ? '' : ` ORDER BY ${order === null ? '' : `${order}, `}id`;
  return `SELECT ${columns} FROM samples${where === null ? '' : ` WHERE ${where}`}${sorted}${limit === null ? '' : ` LIMIT ${limit}`}`;
}

const postgres = new PGlite();
beforeAll(async () => {
  await postgres.exec(
    'CREATE TABLE samples (id text COLLATE "C", name text COLLATE "C", age numeric, active boolean, seen timestamptz)',
  );
  for (const { id, name = null, age = null, active = null, seen = null } of SAMPLES)
    await postgres.query('INSERT INTO samples VALUES ($1, $2, $3, $4, $5)', [id, name, age, active, seen]);
});
afterAll(() => postgres.close());

describe.each(SERVERS)('a SELECT over hashes, on %s', (_, start) => {
  let server: TestedServer;
  let database: Database;
  beforeAll(async () => {
    server = await start();
    const url = Object.assign(new URL(server.url), { password: server.token }).href;
    database = await openDatabase({ url });
    const redis = new Redis(server);
    const pipeline = redis.pipeline();
    for (const { id, ...fields } of SAMPLES) {
      const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      // The id is in the key alone for some rows.
      const row: Record<string, unknown> =
        Number(id.slice(1)) % 2 === 0 ? { id, ...known } : { ...known, extra: 1 };
      pipeline.hset(`samples:${id}`, row);
    }
    pipeline.hset('samples:r1:more', { name: 'no row' });
    pipeline.set('samples:text', 'no row');
    await pipeline.exec();
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  async function onHashes(sql: string, param: string): Promise<unknown[]> {
    const compiled = toSelectPlan(sql, layoutOf);
    if (!compiled.ok) throw new Error(`${sql} ${compiled.message}`);
    return database.select({ sql, select: compiled.plan, params: [param], timeoutMs: 10_000 });
  }

  async function onPostgres(sql: string, param: string): Promise<unknown[]> {
    const { rows } = await postgres.query<Record<string, unknown>>(sql.replaceAll('$1', `'${param}'::text`));
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => {
          if (value instanceof Date) return [name, value.toISOString()];
          return [
            name,
            name === 'age' || name === 'howOld' ? (value === null ? null : Number(value)) : value,
          ];
        }),
      ),
    );
  }

  it('answers as PostgreSQL does', async () => {
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const sql = sqlOf(asked);
        const [found, expected] = await Promise.all([
          onHashes(sql, asked.param),
          onPostgres(sql, asked.param),
        ]);
        const isStar = asked.columns === '*';
        expect(found.map((row) => (isStar ? known(row) : asText(row)))).toEqual(
          expected.map((row) => (isStar ? known(row) : asText(row))),
        );
      }),
      { numRuns: Number(process.env.SKENE_SELECT_RUNS ?? 120) },
    );
  });
});

/** A row without what is null: a hash has no such field. */
function known(row: unknown): unknown {
  const { extra: _, ...fields } = row as Record<string, unknown>;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Counts are text from hashes, as a bigint is from a database, and numbers from PGlite. */
function asText(row: unknown): unknown {
  return Object.fromEntries(
    Object.entries(row as object).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
}
