import type pg from 'pg';
import * as z from 'zod';
import { messageOf } from '../../errors/index.ts';
import type { WithClient } from './own-client.ts';

/** What the fields of a PostgreSQL error are called in Neon's answer, which are `pg`'s names as well. */
const ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

const QuerySchema = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });
const BodySchema = z.union([QuerySchema, z.object({ queries: z.array(QuerySchema) })]);
type NeonQuery = z.output<typeof QuerySchema>;

const ISOLATION_LEVELS: Record<string, string> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
};

/** Values as PostgreSQL writes them. */
const RAW: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

/**
 * Neon's protocol over HTTP: a query, or a transaction of several, is one POST.
 * @param url where the server is reached.
 * @param withClient each request has a session of its own, of which nothing lasts.
 * @returns a handler that never rejects.
 * @see https://github.com/neondatabase/neon/tree/main/proxy for the server, and `@neondatabase/serverless` for the client
 */
export function createNeonFront(
  url: string,
  withClient: WithClient,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const address = addressOf(request.headers.get('neon-connection-string'), url);
    const body = BodySchema.safeParse(await request.json().catch(() => undefined));
    if (address === undefined)
      return refusal('The header Neon-Connection-String has to be a connection string.');
    if (!body.success) return refusal('The body has to be {"query", "params"} or {"queries": [...]}.');
    try {
      return await withClient(address, async (client) => {
        request.signal.addEventListener('abort', () => void client.end().catch(() => {}));
        return Response.json(await answer(client, body.data, request.headers));
      });
    } catch (error) {
      return refusal(messageOf(error), error);
    }
  };
}

/** The same user, database and session settings, at our own host and port. */
function addressOf(connectionString: string | null, url: string): string | undefined {
  if (connectionString === null || !URL.canParse(connectionString)) return undefined;
  const wanted = new URL(connectionString);
  const own = new URL(url);
  own.username = wanted.username;
  own.pathname = wanted.pathname;
  for (const name of ['application_name', 'options']) {
    const value = wanted.searchParams.get(name);
    if (value !== null) own.searchParams.set(name, value);
  }
  return own.href;
}

async function answer(
  client: pg.Client,
  body: z.output<typeof BodySchema>,
  headers: Headers,
): Promise<unknown> {
  const run = (query: NeonQuery) => runQuery(client, query, headers);
  if ('query' in body) return run(body);
  await client.query(beginStatement(headers));
  const results: unknown[] = [];
  // A failure leaves the transaction to be rolled back with its connection.
  for (const query of body.queries) results.push(await run(query));
  await client.query('COMMIT');
  return { results };
}

function beginStatement(headers: Headers): string {
  const level = ISOLATION_LEVELS[headers.get('neon-batch-isolation-level') ?? ''];
  const isReadOnly = headers.get('neon-batch-read-only');
  return [
    'BEGIN',
    ...(level === undefined ? [] : [`ISOLATION LEVEL ${level}`]),
    ...(isReadOnly === null ? [] : [isReadOnly === 'true' ? 'READ ONLY' : 'READ WRITE']),
    ...(headers.get('neon-batch-deferrable') === 'true' ? ['DEFERRABLE'] : []),
  ].join(' ');
}

async function runQuery(client: pg.Client, { query, params }: NeonQuery, headers: Headers): Promise<unknown> {
  const isRaw = headers.get('neon-raw-text-output') === 'true';
  const isArray = headers.get('neon-array-mode') === 'true';
  const config: pg.QueryConfig & { queryMode: string; rowMode?: 'array' } = {
    text: query,
    values: params,
    // The extended protocol even without parameters: one statement, as at Neon.
    queryMode: 'extended',
    ...(isRaw ? { types: RAW } : {}),
    ...(isArray ? { rowMode: 'array' } : {}),
  };
  const { command, rowCount, fields, rows } = await client.query(config);
  return { command, rowCount, fields, rows, rowAsArray: isArray };
}

/** Neon answers 400 to whatever PostgreSQL refuses, with the fields of its error. */
function refusal(message: string, cause?: unknown): Response {
  const details = (cause ?? {}) as Partial<Record<(typeof ERROR_FIELDS)[number], string>>;
  const fields = ERROR_FIELDS.map((name) => [name, details[name] ?? null]);
  return Response.json({ message, ...Object.fromEntries(fields) }, { status: 400 });
}
