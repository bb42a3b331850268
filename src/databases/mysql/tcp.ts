import type {
  FieldPacket,
  PoolConnection,
  PoolOptions,
  ResultSetHeader,
  RowDataPacket,
} from 'mysql2/promise';
import type { Row } from '../database.ts';
import type { MysqlDriver } from './driver.ts';
import { type ColumnType, toJsonValue } from './values.ts';

/** Enough for one function instance; the database's own limit is shared by all instances. */
const MOST_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** An instance that is idle may be frozen any time, and a frozen one keeps its connections from others. */
const IDLE_MS = 5_000;
/** What the network may add to the time of a statement. */
const NETWORK_MS = 5_000;
/** Statements that each connection keeps prepared. */
const MOST_PREPARED = 50;

/** Types as the protocol numbers them. @see https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const TYPES: Record<number, ColumnType> = { 4: 'float', 7: 'timestamp', 12: 'datetime', 16: 'bit' };
const TINY = 1;
/** Strings and blobs of this character set are bytes. */
const BINARY = 63;
const STRINGS = [249, 250, 251, 252, 253, 254];

/** MySQL or MariaDB over TCP, through sessions that can only read. Connects when first used. */
export async function createTcpDriver(url: URL): Promise<MysqlDriver> {
  const { createPool } = await import('mysql2/promise');
  const pool = createPool({
    ...addressOf(url),
    connectionLimit: MOST_CONNECTIONS,
    maxIdle: MOST_CONNECTIONS,
    idleTimeout: IDLE_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxPreparedStatements: MOST_PREPARED,
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    rowsAsArray: true,
  });
  const sessions = new WeakMap<object, Session>();

  async function sessionOf(connection: PoolConnection): Promise<Session> {
    const known = sessions.get(connection.connection);
    if (known !== undefined) return known;
    const session = await prepareSession(connection);
    sessions.set(connection.connection, session);
    return session;
  }

  return {
    kind: 'mysql',
    async query(sql, params, { timeoutMs }) {
      const connection = await pool.getConnection();
      try {
        const session = await sessionOf(connection);
        await limitTime(connection, session, timeoutMs);
        const timeout = timeoutMs + NETWORK_MS;
        const [rows, fields] = await connection.execute<RowDataPacket[][]>({ sql, timeout }, [...params]);
        connection.release();
        return toRows(rows, fields);
      } catch (error) {
        // A failure that the server did not report itself leaves the connection in an unknown state.
        if (isReported(error)) connection.release();
        else connection.destroy();
        throw error;
      }
    },
    async write(statements, { timeoutMs }) {
      const connection = await pool.getConnection();
      try {
        const session = await sessionOf(connection);
        await limitTime(connection, session, timeoutMs);
        // The session reads only; a transaction may say otherwise for itself.
        await connection.query('START TRANSACTION READ WRITE');
        const changed: number[] = [];
        for (const { sql, params } of statements) {
          const call = { sql, timeout: timeoutMs + NETWORK_MS };
          const [result] = await connection.execute<ResultSetHeader>(call, params);
          changed.push(result.affectedRows);
        }
        await connection.query('COMMIT');
        connection.release();
        return changed;
      } catch (error) {
        // Without the connection the transaction is rolled back.
        connection.destroy();
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

interface Session {
  isMariadb: boolean;
  timeoutMs: number | undefined;
}

/** Once per connection: it reads only, and gives times in UTC. */
async function prepareSession(connection: PoolConnection): Promise<Session> {
  await connection.query(`SET time_zone = '+00:00'`);
  await connection.query('SET SESSION TRANSACTION READ ONLY');
  const [[row]] = await connection.query<RowDataPacket[]>('SELECT VERSION()');
  return { isMariadb: /mariadb/i.test(String(row?.[0])), timeoutMs: undefined };
}

async function limitTime(connection: PoolConnection, session: Session, timeoutMs: number): Promise<void> {
  if (session.timeoutMs === timeoutMs) return;
  const setting = session.isMariadb
    ? `max_statement_time = ${timeoutMs / 1_000}`
    : `max_execution_time = ${Math.ceil(timeoutMs)}`;
  await connection.query(`SET SESSION ${setting}`);
  session.timeoutMs = timeoutMs;
}

function isReported(error: unknown): boolean {
  const { sqlState, fatal } = error as { sqlState?: string; fatal?: boolean };
  return sqlState !== undefined && fatal !== true;
}

/** The parts of a connection string. TLS as the parameters of the usual tools ask for it, certificates verified. */
function addressOf(url: URL): PoolOptions {
  const asked = ['ssl', 'sslaccept', 'ssl-mode', 'sslmode', 'tls']
    .map((name) => url.searchParams.get(name)?.toLowerCase())
    .find((value) => value !== undefined);
  const isOff = asked === undefined || ['false', '0', 'disable', 'disabled'].includes(asked);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(isOff ? {} : { ssl: { rejectUnauthorized: asked !== 'accept_invalid_certs' } }),
  };
}

function toRows(rows: readonly unknown[][], fields: readonly FieldPacket[]): Row[] {
  const columns = fields.map((field) => ({ name: field.name, type: typeOf(field) }));
  return rows.map((values) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, toJsonValue(values[index], type)])),
  );
}

function typeOf({ columnType = 0, columnLength, characterSet, extendedFormat }: FieldPacket): ColumnType {
  if (columnType === TINY) return columnLength === 1 ? 'boolean' : 'other';
  if (STRINGS.includes(columnType) && characterSet === BINARY && extendedFormat !== 'json') return 'bytes';
  return TYPES[columnType] ?? 'other';
}
