import type pg from 'pg';
import type { Row, Statement } from '../database.ts';
import type { Driver } from './driver.ts';
import { jsonTypes } from './types.ts';

/** Enough for one function instance; the database's own limit is shared by all instances. */
const MOST_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** An instance that is idle may be frozen any time, and a frozen one keeps its connections from others. */
const IDLE_MS = 5_000;

/** PostgreSQL over TCP. Connects when first used. */
export async function createPgDriver(url: string): Promise<Driver> {
  const { default: library } = await import('pg');
  const types = jsonTypes(library.types);
  const pool = new library.Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
    application_name: 'skene',
    // Begin, statements and commit go out at once: a transaction costs one round trip.
    pipeline: true,
  });
  // A connection that breaks is replaced at the next use; unheard, its error would end the process. The pool itself
  // listens only while a connection is idle. Whoever has a query under way is told by its promise.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  let ending: Promise<void> | undefined;

  return {
    kind: 'postgres',
    async run(statements, { readOnly, patienceMs }) {
      const client = await pool.connect();
      let failure: unknown;
      try {
        return await runTransaction(client, statements, { readOnly, patienceMs, types });
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        // A failure that the server did not report itself leaves the connection in an unknown state.
        client.release(failure !== undefined && !(failure instanceof library.DatabaseError));
      }
    },
    async close() {
      ending ??= pool.end();
      await ending;
    },
  };
}

async function runTransaction(
  client: pg.PoolClient,
  statements: readonly Statement[],
  options: { readOnly: boolean; patienceMs: number; types: pg.CustomTypesConfig },
): Promise<Row[][]> {
  const { readOnly, patienceMs, types } = options;
  const ask = ({ sql, params = [] }: Statement): Promise<pg.QueryResult<Row>> => {
    // The extended protocol, because it refuses a second statement within one text.
    const query = { text: sql, values: [...params], types, queryMode: 'extended', query_timeout: patienceMs };
    return client.query<Row>(query);
  };
  const answers = await Promise.allSettled([
    ask({ sql: `BEGIN ISOLATION LEVEL READ COMMITTED ${readOnly ? 'READ ONLY' : 'READ WRITE'}` }),
    ...statements.map(ask),
    // After a failure this rolls back.
    ask({ sql: 'COMMIT' }),
  ]);
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return answers.slice(1, -1).map((answer) => (answer.status === 'fulfilled' ? answer.value.rows : []));
}

/** A connection of its own that hears notifications. */
export interface NotificationConnection {
  /** Sends statements that answer nothing of interest. @throws whatever the client library throws. */
  send(sql: string, params?: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

/** Connects for LISTEN. `onEnd` is called once, when the connection is lost or closed. */
export async function connectForNotifications(
  url: string,
  handlers: { onNotify: () => void; onEnd: () => void },
): Promise<NotificationConnection> {
  const { default: library } = await import('pg');
  const client = new library.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'skene listen',
  });
  client.on('error', () => {});
  client.on('notification', handlers.onNotify);
  await client.connect();
  client.on('end', handlers.onEnd);
  return {
    send: async (sql, params = []) => {
      await client.query(sql, [...params]);
    },
    close: () => client.end(),
  };
}
