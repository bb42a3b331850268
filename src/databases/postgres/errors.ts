import { ConfigError, EnvError, messageOf, ProviderError, type SkeneError } from '../../errors/index.ts';

/** The parts of a PostgreSQL error that both client libraries pass on. */
interface ServerError {
  code: string;
  message: string;
  position?: string | undefined;
  hint?: string | undefined;
}

/**
 * Classes of SQLSTATE that pass by themselves: connection, transaction rollback (serialization, deadlock), resources,
 * object in use (lock_timeout), operator intervention (statement_timeout, shutdown), system and internal errors.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING = ['08', '40', '53', '55', '57', '58', 'XX'];

/** Wrong password or user, no such database: the connection string is wrong. */
const CONNECTION_STRING = ['28', '3D'];

const HINTS: Record<string, string> = {
  '25006': 'Conditions are read-only: they may only SELECT, and call no function that writes.',
  '42P01':
    'Correct the name, or put the schema in front of it (app.users); the database of the connection string is the one that is asked.',
  '42703': 'Correct the name of the column; one with capitals needs double quotes in SQL.',
  '42501': 'Grant the right to the role in the connection string.',
  '42601': 'Correct the query; `skene check` shows the place.',
};

/**
 * Says whose turn it is after the database refused something.
 * @param sql the statement, to point at the place.
 */
export function toDatabaseError(error: unknown, sql: string | undefined): SkeneError {
  if (!isServerError(error)) {
    return new ProviderError('PROVIDER_UNAVAILABLE', `The database cannot be reached: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { code, message } = error;
  if (PASSING.includes(code.slice(0, 2)))
    return new ProviderError(
      'PROVIDER_UNAVAILABLE',
      `The database cannot answer now: ${message} (${code}).`,
      { cause: error },
    );
  if (CONNECTION_STRING.includes(code.slice(0, 2)))
    return new EnvError('ENV_INVALID', `The database refused the connection: ${message} (${code}).`, {
      hint: 'Correct the user, password or database name in the connection string (DATABASE_URL).',
      cause: error,
    });
  return new ConfigError('QUERY_FAILED', `The query failed: ${message} (${code})${placeOf(error, sql)}.`, {
    hint: HINTS[code] ?? error.hint,
    cause: error,
  });
}

function isServerError(error: unknown): error is ServerError {
  if (!(error instanceof Error)) return false;
  const code = (error as Partial<ServerError>).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error;
}

/** Where in the query, as `at line 2, column 7: "nmae from users"`. PostgreSQL counts characters from 1. */
function placeOf(error: ServerError, sql: string | undefined): string {
  const position = Number(error.position ?? 0);
  if (position === 0 || sql === undefined) return '';
  const characters = [...sql];
  const before = characters
    .slice(0, position - 1)
    .join('')
    .split('\n');
  const rest =
    characters
      .slice(position - 1, position + 29)
      .join('')
      .split('\n')[0] ?? '';
  const place = `line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1}`;
  return ` at ${place}: "${rest.trimEnd()}"`;
}
