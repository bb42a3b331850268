import { timingSafeEqual } from 'node:crypto';
import { type Connection, createConnection, type FieldPacket, type ResultSetHeader } from 'mysql2/promise';
import * as z from 'zod';
import { messageOf } from '../../errors/index.ts';
import { toField } from './field.ts';
import { PLANETSCALE_PATH } from './path.ts';
import { createSessions } from './sessions.ts';

/** PlanetScale's most rows of one result. */
const MOST_ROWS = 100_000;

/** A flag of the server's status. */
const IN_TRANSACTION = 1;

const ExecuteSchema = z.object({
  query: z.string(),
  session: z.object({ signature: z.string() }).nullish(),
});

/** PlanetScale's protocol over HTTP before a MySQL or MariaDB server. */
export interface PlanetscaleFront {
  /** Answers `POST /psdb.v1alpha1.Database/Execute` and `CreateSession`; never rejects. */
  handle(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Speaks the protocol of `@planetscale/database` before a real server, in sessions in UTC as PlanetScale's are.
 * @param url of the server; clients have to name its user and password.
 * @see https://github.com/planetscale/database-js, whose client is the definition
 */
export function createPlanetscaleFront(url: string): PlanetscaleFront {
  const { hostname, port, username, password, pathname } = new URL(url);
  const access = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  const sessions = createSessions(async () => {
    const connection = await createConnection({
      host: hostname,
      port: Number(port || 3306),
      ...access,
      database: decodeURIComponent(pathname.slice(1)),
      charset: 'utf8mb4',
      rowsAsArray: true,
      typeCast: false,
    });
    await connection.query(`SET time_zone = '+00:00'`);
    return connection;
  });

  async function execute(body: z.output<typeof ExecuteSchema>): Promise<Response> {
    const began = performance.now();
    let failure: unknown;
    const { answer, ...session } = await sessions.use(body.session?.signature, async (connection) => {
      const answer = await runQuery(connection, body.query).catch((error: unknown) => {
        failure = error;
      });
      const [status] = await connection.query<ResultSetHeader>('DO 0');
      return { answer, inTransaction: (status.serverStatus & IN_TRANSACTION) !== 0 };
    });
    return Response.json({
      session: sessionOf(session),
      ...(failure === undefined ? { result: answer } : { error: errorOf(failure, body.query) }),
      timing: (performance.now() - began) / 1_000,
    });
  }

  return {
    async handle(request) {
      const path = new URL(request.url).pathname.slice(PLANETSCALE_PATH.length);
      if (request.method !== 'POST') return refusal(405, 'unimplemented', 'Only POST is understood.');
      if (!isAllowed(request.headers.get('authorization'), access))
        return refusal(401, 'unauthenticated', 'invalid authorization credentials');
      try {
        if (path === 'CreateSession')
          return Response.json({ session: sessionOf({ id: crypto.randomUUID(), inTransaction: false }) });
        if (path !== 'Execute') return refusal(404, 'unimplemented', `${path} is not understood.`);
        const body = ExecuteSchema.safeParse(await request.json().catch(() => undefined));
        if (!body.success)
          return refusal(400, 'invalid_argument', 'The body has to be {"query", "session"}.');
        return await execute(body.data);
      } catch (error) {
        return refusal(503, 'unavailable', messageOf(error));
      }
    },
    close: sessions.close,
  };
}

async function runQuery(connection: Connection, sql: string): Promise<unknown> {
  const [answer, packets] = (await connection.query(sql)) as unknown as [
    Array<Array<Buffer | null>> | ResultSetHeader,
    FieldPacket[] | undefined,
  ];
  if (!Array.isArray(answer))
    return {
      ...(answer.affectedRows > 0 ? { rowsAffected: String(answer.affectedRows) } : {}),
      ...(answer.insertId > 0 ? { insertId: String(answer.insertId) } : {}),
    };
  if (answer.length > MOST_ROWS)
    throw Object.assign(new Error(`Row count exceeded ${MOST_ROWS}`), { errno: 10_001, sqlState: 'HY000' });
  return { fields: (packets ?? []).map(toField), rows: answer.map(toRow) };
}

/** A row is its values one after another in base64, and how long each is: -1 for NULL. */
function toRow(values: ReadonlyArray<Buffer | null>): { lengths: string[]; values?: string } {
  const bytes = Buffer.concat(values.filter((value) => value !== null));
  return {
    lengths: values.map((value) => String(value?.length ?? -1)),
    ...(bytes.length === 0 ? {} : { values: bytes.toString('base64') }),
  };
}

function sessionOf({ id, inTransaction }: { id: string; inTransaction: boolean }) {
  return { signature: id, vitessSession: { autocommit: true, ...(inTransaction ? { inTransaction } : {}) } };
}

/** Vitess wraps the server's error into where it ran and what was run. */
function errorOf(error: unknown, sql: string): { code: string; message: string } {
  const { errno = 1105, sqlState = 'HY000' } = error as { errno?: number; sqlState?: string };
  return {
    code: 'UNKNOWN',
    message: `target: main.-.primary: vttablet: rpc error: code = Unknown desc = ${messageOf(error)} (errno ${errno}) (sqlstate ${sqlState}) (CallerID: local): Sql: ${JSON.stringify(sql)}, BindVars: {}`,
  };
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

function isAllowed(header: string | null, { user, password }: { user: string; password: string }): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Runs one statement on a MySQL, on a connection of its own; places are `?`. Answers with its rows, none where it gives none. */
export async function runOnMysql(
  url: string,
  {
    sql,
    params = [],
    timeoutMs,
  }: { sql: string; params?: readonly unknown[] | undefined; timeoutMs: number },
): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query({ sql, values: [...params], timeout: timeoutMs });
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await connection.end();
  }
}
