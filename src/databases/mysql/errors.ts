import { ConfigError, EnvError, messageOf, ProviderError, type SkeneError } from '../../errors/index.ts';

/** What a server says of a failure, whichever way it came. */
interface ServerError {
  errno: number;
  sqlState: string;
  message: string;
}

/**
 * Errors that pass by themselves: too many connections or queries, locks, time limits, shutdown. With SQLSTATE 08 (connection) and 40
 * (rollback) beside them.
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and, for 1969 and 4031,
 *   https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
const PASSING = [
  1040, 1053, 1077, 1079, 1129, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317, 1969, 2006, 2013, 3024,
  3058, 3168, 4031,
];

/** Wrong user or password, or no such database: the connection string is wrong. */
const CONNECTION_STRING = [1044, 1045, 1049, 1698];

const HINTS: Record<number, string> = {
  1054: 'Correct the name of the column.',
  1064: 'Correct the query; `skene check` shows the place.',
  1142: 'Grant the right to the user in the connection string.',
  1146: 'Correct the name; the database of the connection string is the one that is asked.',
  1792: 'Conditions are read-only: they may only SELECT, and call no function that writes.',
};

/** PlanetScale's answer to too long a result. */
const TOO_MANY_ROWS = /row count exceeded/i;

/** Codes of Vitess' answers that are about the moment, where there is no number of MySQL's. */
const VITESS_PASSING =
  /^(?:unavailable|deadline_?exceeded|resource_?exhausted|aborted|canceled|cancelled|internal|unknown)$/i;
/** What it says of a query it does not plan at all. */
const VITESS_QUERY =
  /^(?:syntax error|column .* not found|table .* (?:not found|does not exist)|unsupported)/i;
const VITESS_ACCESS = /^(?:unauthenticated|permission_?denied)$/i;

/** Says whose turn it is after the database refused something. */
export function toDatabaseError(error: unknown): SkeneError {
  const found = serverErrorOf(error);
  if (found === undefined) return unnumbered(error);
  const { errno, sqlState, message } = found;
  const what = `${message} (${errno}, ${sqlState})`;
  if (TOO_MANY_ROWS.test(message))
    return new ConfigError('QUERY_FAILED', `The query answers with too many rows: ${what}.`, {
      hint: 'Add a LIMIT.',
      cause: error,
    });
  if (PASSING.includes(errno) || /^(?:08|40)/.test(sqlState))
    return new ProviderError('PROVIDER_UNAVAILABLE', `The database cannot answer now: ${what}.`, {
      cause: error,
    });
  if (CONNECTION_STRING.includes(errno) || sqlState.startsWith('28'))
    return new EnvError('ENV_INVALID', `The database refused the connection: ${what}.`, {
      hint: 'Correct the user, password or database name in the connection string (DATABASE_URL).',
      cause: error,
    });
  return new ConfigError('QUERY_FAILED', `The query failed: ${what}.`, { hint: HINTS[errno], cause: error });
}

/** An answer of PlanetScale's own, or none at all. */
function unnumbered(error: unknown): SkeneError {
  const { body } = error as { body?: { code?: string; message?: string } };
  const code = body?.code ?? '';
  if (VITESS_ACCESS.test(code))
    return new EnvError('ENV_INVALID', `The database refused the connection: ${body?.message}.`, {
      hint: 'Correct the user and password in the connection string (DATABASE_URL).',
      cause: error,
    });
  const isQuery = VITESS_QUERY.test(body?.message ?? '');
  if (body === undefined || (VITESS_PASSING.test(code) && !isQuery))
    return new ProviderError('PROVIDER_UNAVAILABLE', `The database cannot be reached: ${messageOf(error)}`, {
      cause: error,
    });
  return new ConfigError('QUERY_FAILED', `The query failed: ${withoutValues(body.message ?? code)}.`, {
    hint: HINTS[1064],
    cause: error,
  });
}

function serverErrorOf(error: unknown): ServerError | undefined {
  const { errno, sqlState, sqlMessage, message, body } = error as Partial<ServerError> & {
    sqlMessage?: string;
    body?: unknown;
  };
  if (sqlState !== undefined && errno !== undefined)
    return { errno, sqlState, message: sqlMessage ?? message ?? '' };
  if (body === undefined || message === undefined) return undefined;
  const numbers = /\(errno (\d+)\) \(sqlstate (\w{5})\)/.exec(message);
  if (numbers === null) return undefined;
  return { errno: Number(numbers[1]), sqlState: numbers[2] ?? 'HY000', message: withoutValues(message) };
}

/** Vitess repeats the statement with its values, which have no place in a log, and says where it ran. */
function withoutValues(message: string): string {
  return message
    .replace(/ \(errno \d+\) \(sqlstate \w+\)[\s\S]*$/, '')
    .replace(/:? Sql: "[\s\S]*$/, '')
    .replace(/^target: .*? desc = /, '');
}
