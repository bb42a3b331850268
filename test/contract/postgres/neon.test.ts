import { neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

let server: EmbeddedPostgres;
let front: Listening;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ port: 0 });
  front = await listen(server.handleNeon, { port: 0 });
  neonConfig.fetchEndpoint = `${front.url}/dev/neon`;
});
afterAll(async () => {
  await front?.close();
  await server?.close();
});
beforeEach(() => server.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (a int PRIMARY KEY, b text)'));

describe("Neon's own client", () => {
  const sql = () => neon(server.url);

  it('binds values of each kind and reads typed values', async () => {
    const date = new Date('2026-01-31T10:00:00.123Z');
    const rows =
      await sql()`SELECT ${1}::int AS int, ${true}::bool AS bool, ${'o\'brien "x"'} AS text, ${null}::text AS null,
      ${date}::timestamptz AS date, ${[1, 2]}::int[] AS list, ${{ a: [1] }}::jsonb AS json, ${Buffer.from([0, 255])}::bytea AS bytes,
      ${'9007199254740993'}::bigint AS big`;
    expect(rows).toEqual([
      {
        int: 1,
        bool: true,
        text: 'o\'brien "x"',
        null: null,
        date,
        list: [1, 2],
        json: { a: [1] },
        bytes: Buffer.from([0, 255]),
        big: '9007199254740993',
      },
    ]);
  });

  it('gets arrays, fields, command and count when it asks for them', async () => {
    const answer = await neon(server.url, { arrayMode: true, fullResults: true }).query(
      'INSERT INTO t VALUES ($1, $2), (2, NULL) RETURNING a, b',
      [1, 'x'],
    );
    expect(answer).toMatchObject({
      command: 'INSERT',
      rowCount: 2,
      rowAsArray: true,
      rows: [
        [1, 'x'],
        [2, null],
      ],
      fields: [
        { name: 'a', dataTypeID: 23 },
        { name: 'b', dataTypeID: 25 },
      ],
    });
  });

  it('runs a batch as one transaction, at the isolation level it asks for', async () => {
    const query = sql();
    const [, level, readOnly] = await query.transaction(
      [query`SELECT 1`, query`SHOW transaction_isolation`, query`SHOW transaction_read_only`],
      { isolationLevel: 'Serializable', readOnly: true, deferrable: true },
    );
    expect([level, readOnly]).toEqual([
      [{ transaction_isolation: 'serializable' }],
      [{ transaction_read_only: 'on' }],
    ]);
    const failing = query.transaction([query`INSERT INTO t VALUES (1)`, query`INSERT INTO t VALUES (1)`]);
    await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 't_pkey', table: 't' });
    expect(await query`SELECT * FROM t`).toEqual([]);
  });

  it('gets the fields of an error', async () => {
    await expect(sql().query('SELECT a,\n nope FROM t')).rejects.toMatchObject({
      name: 'NeonDbError',
      message: 'column "nope" does not exist',
      code: '42703',
      severity: 'ERROR',
      position: '12',
      routine: expect.any(String),
    });
    await expect(sql().query('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: '42601' });
  });

  it('leaves nothing of its session to the next request', async () => {
    await sql().query(`SET search_path = pg_catalog`);
    expect(await sql().query('SHOW search_path')).toEqual([{ search_path: 'public' }]);
  });

  it('takes answers of many rows', async () => {
    expect(await sql().query('SELECT n FROM generate_series(1, 50000) AS n')).toHaveLength(50_000);
  });
});

describe('the endpoint', () => {
  it.each([
    ['no connection string', {}, '{"query":"SELECT 1"}'],
    ['no JSON', { 'Neon-Connection-String': 'postgres://x@y/postgres' }, 'SELECT 1'],
    ['another body', { 'Neon-Connection-String': 'postgres://x@y/postgres' }, '{"sql":"SELECT 1"}'],
    ['another database', { 'Neon-Connection-String': 'postgres://x@y/shop' }, '{"query":"SELECT 1"}'],
  ])('answers 400 with a message to %s', async (_, headers, body) => {
    const response = await fetch(front.url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/./) });
  });

  it('gives values as JSON when no raw text is asked for', async () => {
    const response = await fetch(front.url, {
      method: 'POST',
      headers: { 'Neon-Connection-String': server.url },
      body: '{"query":"SELECT $1::int AS a, true AS b","params":[7]}',
    });
    expect(await response.json()).toMatchObject({ rows: [{ a: 7, b: true }], rowAsArray: false });
  });
});
