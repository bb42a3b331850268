import fc from 'fast-check';
import pg from 'pg';
import { analyseQuery } from '../../../src/sql/index.ts';
import { hasMariadb, startMariadbServer } from '../../servers/mariadb.ts';
import { hasPostgres, startPostgres } from '../../servers/postgres.ts';
import { hostileText } from '../hostile.ts';
import { cpuMs, fuzz, type Outcome, type Round, type Surface } from '../surface.ts';

type Dialect = 'postgres' | 'mysql';

const isTaken = (sql: string, dialect: Dialect): boolean => analyseQuery(sql, { dialect, parameters: 1 }).ok;

/** What stands between two tokens, or hides that there is no more than one. */
const BLANKS: Record<Dialect, string[]> = {
  postgres: [
    ' ',
    '\t',
    '\n',
    '\r',
    '\f',
    '/**/',
    '/* /* */ */',
    '--\n',
    '-- x\r',
    "/*'*/",
    '/*$$*/',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u3000',
  ],
  mysql: [
    ' ',
    '\t',
    '\n',
    '\r',
    '\f',
    '\v',
    '/**/',
    '-- \n',
    '--\t\n',
    '--\u0001\n',
    '#\n',
    "/*'*/",
    '\u00a0',
    '--\u00a0',
    '\u0001',
  ],
};

/** Pieces at which a reader and the server may come apart. */
const PIECES: Record<Dialect, string[]> = {
  postgres: [
    "'",
    "''",
    "\\'",
    "'a'",
    "E'",
    "e'\\'",
    "'\n'",
    "E'a'\n'b\\''",
    "U&'",
    "U&'\\0027'",
    "N'",
    "B'",
    "X'",
    '"',
    '""',
    'U&"',
    '"a"',
    '$$',
    '$a$',
    '$b$',
    'x$$',
    '\u00a0$$',
    '\u00e4$$',
    '$1',
    '--',
    '--\r',
    '/*',
    '*/',
    '/*/',
    ';',
    '\\',
    '::text',
    ',',
    '1',
    '||',
    '(',
    ')',
    '@',
    '#',
    '`',
    'a',
    '-',
    '*',
  ],
  mysql: [
    "'",
    "''",
    "\\'",
    "'a'",
    "N'",
    "_utf8'",
    "X'",
    '"',
    '""',
    '\\"',
    '"a"',
    '`',
    '``',
    '`a`',
    '--',
    '-- ',
    '--\u0001',
    '--\u00a0',
    '#',
    '/*',
    '*/',
    '/*!',
    '/*!99999',
    '/*M!',
    '/*M!100100',
    '/*+',
    ';',
    '\\',
    ',',
    '1',
    '||',
    '(',
    ')',
    '@a',
    '@@x',
    ':=',
    'a',
    '-',
  ],
};

/** Calls that leave something behind, or wait. */
const CALLS: Record<Dialect, Array<[name: string, args: string]>> = {
  postgres: [
    ['nextval', "'probe_seq'"],
    ['setval', "'probe_seq', 99"],
    ['pg_sleep', '9'],
    ['pg_sleep_for', "'9 s'"],
    ['pg_advisory_lock', '1'],
    ['pg_try_advisory_lock_shared', '1'],
    ['set_config', "'work_mem', '99MB', false"],
    ['lo_create', '0'],
    ['lo_from_bytea', "0, 'x'"],
    ['query_to_xml', "'insert into probe values (1)', true, true, ''"],
    ['query_to_xml_and_xmlschema', "'insert into probe values (1)', true, true, ''"],
    ['query_to_xmlschema', "'insert into probe values (1) returning 1', true, true, ''"],
    ['ts_stat', "'insert into probe values (1) returning to_tsvector(''a'')'"],
    ['ts_rewrite', "'a'::tsquery, 'insert into probe values (1) returning ''a''::tsquery, ''b''::tsquery'"],
    ['pg_stat_reset', ''],
    ['pg_switch_wal', ''],
    ['pg_create_restore_point', "'a'"],
    ['pg_logical_emit_message', "true, 'a', 'b'"],
    ['pg_stat_file', "'postgresql.conf'"],
    ['pg_read_file', "'postgresql.conf'"],
    ['pg_rotate_logfile', ''],
    ['pg_export_snapshot', ''],
    ['pg_cancel_backend', 'pg_backend_pid()'],
    ['pg_replication_origin_create', "'abuse'"],
    ['pg_create_physical_replication_slot', "'abuse'"],
    ['pg_drop_replication_slot', "'abuse'"],
    ['pg_backup_start', "'a'"],
  ],
  mysql: [
    ['sleep', '9'],
    ['benchmark', '2000000000, md5(1)'],
    ['get_lock', "'abuse', 0"],
    ['load_file', "'/etc/passwd'"],
    ['nextval', 'probe_seq'],
    ['setval', 'probe_seq, 99'],
    ['last_insert_id', '77'],
    ['release_all_locks', ''],
  ],
};

/** Ways to write a name that a server reads as the same. */
function spellings(name: string, dialect: Dialect): string[] {
  const upper = [...name].map((letter, index) => (index % 2 === 0 ? letter.toUpperCase() : letter)).join('');
  if (dialect === 'mysql') return [name, upper, `\`${name}\``];
  const coded = `U&"${[...name].map((letter) => `\\${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  return [
    name,
    upper,
    `"${name}"`,
    coded,
    `pg_catalog.${name}`,
    `"pg_catalog"."${name}"`,
    `pg_catalog . ${upper}`,
  ];
}

const WRITES: Record<Dialect, string[]> = {
  postgres: [
    'WITH x AS (INSERT INTO probe VALUES (1) RETURNING n) SELECT * FROM x',
    'WITH x AS (DELETE FROM kept RETURNING n) SELECT * FROM x',
    'WITH x AS MATERIALIZED (UPDATE kept SET n = 7 RETURNING n) SELECT * FROM x',
    'WITH x AS (WITH y AS (SELECT 1 AS n) INSERT INTO probe SELECT n FROM y RETURNING n) SELECT * FROM x',
    'WITH x AS (WITH y AS (SELECT 1 AS n) DELETE FROM kept RETURNING n) SELECT * FROM x',
    'WITH RECURSIVE x (n) AS NOT MATERIALIZED (INSERT INTO probe VALUES (1) RETURNING n) SELECT * FROM x',
    'WITH x AS (SELECT 1) INSERT INTO probe VALUES (1)',
    'WITH x AS (SELECT 1) SELECT * INTO made FROM x',
    'SELECT * INTO TEMP made FROM kept',
    'CREATE TABLE made AS SELECT 1',
    'SELECT 1; INSERT INTO probe VALUES (1)',
    '(SELECT 1); INSERT INTO probe VALUES (1)',
    'SELECT n FROM kept FOR UPDATE',
    'SELECT n FROM kept FOR NO KEY UPDATE',
    'SELECT n FROM kept FOR KEY SHARE',
    'EXPLAIN ANALYZE INSERT INTO probe VALUES (1)',
    'TABLE kept',
    "COPY probe FROM PROGRAM 'echo 1'",
    'DO $$ BEGIN INSERT INTO probe VALUES (1); END $$',
    'CALL nothing()',
    'SET work_mem = 999',
    'LOCK TABLE kept',
    'PREPARE a AS INSERT INTO probe VALUES (1)',
    'DECLARE c CURSOR FOR SELECT 1',
    'NOTIFY a',
    'VALUES (1)',
  ],
  mysql: [
    'INSERT INTO probe VALUES (1)',
    "SELECT 1 INTO OUTFILE '/tmp/skene-abuse'",
    'SELECT n INTO @a FROM kept',
    'SELECT 1 /*! INTO @a */',
    'SELECT 1 /*M! INTO @a */',
    'SELECT 1 /*M!100100 , sleep(9) */',
    'SELECT n FROM kept FOR UPDATE',
    'SELECT n FROM kept LOCK IN SHARE MODE',
    'SELECT NEXT VALUE FOR probe_seq',
    'SELECT @a := 1',
    'WITH x AS (SELECT 1) UPDATE kept SET n = 9',
    'REPLACE INTO probe VALUES (1)',
    'DO SLEEP(9)',
    'HANDLER kept OPEN',
    'CALL nothing()',
    'SELECT 1; INSERT INTO probe VALUES (1)',
  ],
};

const FRAMES = [
  'SELECT %',
  'SELECT 1 WHERE % IS NULL',
  'WITH a AS (SELECT %) SELECT * FROM a',
  'SELECT * FROM (SELECT %) x',
  'SELECT 1 ORDER BY %',
  'SELECT 1 UNION ALL SELECT %',
  '(SELECT %)',
  'SELECT n FROM kept WHERE n = (SELECT 1 FROM (SELECT %) z)',
  'SELECT CASE WHEN 1 = 1 THEN % END',
  'SELECT n FROM kept GROUP BY n HAVING % IS NOT NULL',
];

/** Statements that do something, told in ways that hide it. */
function statements(dialect: Dialect): fc.Arbitrary<string> {
  const blank = fc.constantFrom(...BLANKS[dialect]);
  const call = fc
    .tuple(
      fc.constantFrom(...CALLS[dialect]),
      fc.nat(),
      fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: blank }),
    )
    .map(([[name, args], which, gap]) => {
      const names = spellings(name, dialect);
      return `${names[which % names.length]}${gap}(${args})`;
    });
  const noise = fc
    .array(fc.oneof(fc.constantFrom(...PIECES[dialect]), blank), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const framed = fc
    .tuple(fc.constantFrom(...FRAMES), call)
    .map(([frame, text]) => frame.replace('%', () => text));
  const spaced = fc
    .tuple(fc.oneof(framed, fc.constantFrom(...WRITES[dialect])), blank)
    .map(([sql, gap]) => sql.replaceAll(' ', gap === '' ? ' ' : gap));
  // The noise stands where a string or a comment of the one reader may swallow what the other runs.
  const hidden = fc
    .tuple(noise, call, noise)
    .map(([before, text, after]) => `SELECT 1 AS ${before} , ${text} ${after}`);
  const inString = fc
    .tuple(noise, call, noise)
    .map(([before, text, after]) => `SELECT 'x'${before}, ${text}${after}`);
  return fc.oneof(framed, spaced, fc.constantFrom(...WRITES[dialect]), hidden, inString);
}

/** A server that tells what a statement has done to it. */
interface Judge {
  /** What was done, or nothing. The statement may be refused for any reason. */
  effectOf(sql: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const SETUP = [
  'CREATE TABLE probe (n int)',
  'CREATE TABLE kept (n int)',
  'INSERT INTO kept VALUES (1), (2)',
  'CREATE SEQUENCE probe_seq',
];
const SLOW_MS = 150;

/** PostgreSQL, in a transaction that may write, so that only our own check stands before it. */
async function startPostgresJudge(): Promise<Judge> {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  for (const sql of SETUP) await client.query(sql);
  const STATE = `SELECT concat_ws(' ', 'sequence', (SELECT last_value::text || is_called FROM probe_seq), 'probe', (SELECT count(*) FROM probe),
    'kept', (SELECT sum(n) FROM kept), 'locks', (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND (locktype = 'advisory' OR mode IN ('RowShareLock', 'RowExclusiveLock'))),
    'work_mem', current_setting('work_mem'), 'large objects', (SELECT count(*) FROM pg_largeobject_metadata), 'made', to_regclass('made'),
    'written', pg_current_xact_id_if_assigned() IS NOT NULL, 'slots', (SELECT count(*) FROM pg_replication_slots),
    'origins', (SELECT count(*) FROM pg_replication_origin)) AS state`;
  const state = async () => ((await client.query(STATE)).rows[0] as { state: string }).state;
  await client.query(`SET statement_timeout = ${SLOW_MS}`);
  return {
    async effectOf(sql) {
      await client.query('BEGIN READ WRITE');
      const before = await state();
      await client.query('SAVEPOINT s');
      try {
        // As the driver asks: by the extended protocol, which takes one statement.
        await client.query({ text: sql, queryMode: 'extended' } as pg.QueryConfig);
        const after = await state();
        return after === before ? undefined : `${before} -> ${after}`;
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === '57014') return 'it waited, or was cancelled';
        await client.query('ROLLBACK TO s');
        const after = await state();
        return after === before ? undefined : `${before} -> ${after}`;
      } finally {
        await client.query('ROLLBACK');
        await client.query('SELECT pg_advisory_unlock_all()');
        await client.query("SELECT setval('probe_seq', 1, false)");
      }
    },
    async close() {
      await client.end();
      await server.close();
    },
  };
}

/** MariaDB; its sessions read only in Skene, and here they may write. */
async function startMariadbJudge(): Promise<Judge> {
  const { createConnection } = await import('mysql2/promise');
  const server = await startMariadbServer();
  const connection = await createConnection(await server.createDatabase());
  for (const sql of SETUP) await connection.query(sql);
  await connection.query(`SET SESSION max_statement_time = ${SLOW_MS / 1_000}`);
  const STATE = `SELECT concat_ws(' ', 'sequence', (SELECT next_not_cached_value FROM probe_seq), 'probe', (SELECT count(*) FROM probe), 'kept', (SELECT sum(n) FROM kept),
    'lock', is_used_lock('abuse'), 'variable', @a, 'last id', last_insert_id()) AS state`;
  const state = async () => JSON.stringify((await connection.query(STATE))[0]);
  return {
    async effectOf(sql) {
      const before = await state();
      try {
        await connection.query(sql);
      } catch (error) {
        if ((error as { errno?: number }).errno === 1969) return 'it waited';
      }
      const after = await state();
      if (after === before) return undefined;
      await connection.query('SELECT release_all_locks(), last_insert_id(0)');
      await connection.query('SET @a = NULL');
      return `${before} -> ${after}`;
    },
    async close() {
      await connection.end();
      await server.stop();
    },
  };
}

async function against(judge: Judge, dialect: Dialect, round: Round): Promise<Outcome> {
  try {
    return await fuzz(round, statements(dialect), async (sql) => {
      if (!isTaken(sql, dialect)) return;
      const effect = await judge.effectOf(sql);
      if (effect !== undefined)
        throw new Error(`A query that only reads did more: ${effect}: ${JSON.stringify(sql)}`);
    });
  } finally {
    await judge.close();
  }
}

const postgresWrites: Surface = {
  name: 'SQL: what the check takes for reading, run by PostgreSQL',
  cases: { short: 3_000, long: 100_000 },
  attack: async (round) =>
    hasPostgres('SQL that only seems to read')
      ? against(await startPostgresJudge(), 'postgres', round)
      : { cases: 0, findings: [], skipped: 'no PostgreSQL is installed' },
};

const mariadbWrites: Surface = {
  name: 'SQL: what the check takes for reading, run by MariaDB',
  cases: { short: 2_000, long: 60_000 },
  attack: async (round) =>
    hasMariadb('SQL that only seems to read')
      ? against(await startMariadbJudge(), 'mysql', round)
      : { cases: 0, findings: [], skipped: 'no MariaDB is installed' },
};

/** A long text of few kinds of pieces, at which a reader that goes back and forth gets slow. */
const longSql = fc
  .tuple(
    fc.array(fc.constantFrom(...PIECES.postgres, ...PIECES.mysql), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1_000, max: 8_000 }),
  )
  .map(([parts, times]) => `SELECT ${parts.join('').repeat(Math.ceil(times / parts.join('').length))}`);

/** How long a query of some thousand characters may take to be read, in ms of processor time: ten times what was ever seen. */
const MOST_MS = 2_000;

const anything: Surface = {
  name: 'SQL: any text is answered with a problem, or read',
  cases: { short: 1_000, long: 60_000 },
  attack: (round) =>
    fuzz(
      round,
      fc.tuple(
        fc.constantFrom<Dialect>('postgres', 'mysql'),
        fc.oneof(
          {
            weight: 20,
            arbitrary: fc.tuple(statements('postgres'), hostileText).map(([one, other]) => one + other),
          },
          { weight: 20, arbitrary: statements('mysql') },
          { weight: 20, arbitrary: hostileText.map((text) => `SELECT ${text}`) },
          { weight: 1, arbitrary: longSql },
        ),
      ),
      ([dialect, sql]) => {
        const ms = cpuMs(() => void isTaken(sql, dialect));
        if (ms > MOST_MS) throw new Error(`${ms} ms for ${sql.length} characters: ${sql.slice(0, 60)}`);
      },
    ),
};

/** Conditions' SQL. */
export const sqlSurfaces: readonly Surface[] = [postgresWrites, mariadbWrites, anything];
