import { isPunctuation, isWord, type Token, tokenize } from './tokens.ts';

/** Functions that go by another name; those that PostgreSQL lacks are what {@link MYSQL_FUNCTIONS} makes. */
const RENAMED: Readonly<Record<string, string>> = { IFNULL: 'COALESCE' };

/**
 * Statements that give a PostgreSQL what queries of MySQL call: functions of time, and a boolean that equals 0 or 1.
 * @see https://dev.mysql.com/doc/refman/8.4/en/date-and-time-functions.html
 */
export const MYSQL_FUNCTIONS: readonly string[] = [
  `CREATE FUNCTION date_sub(timestamptz, interval) RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT $1 - $2'`,
  `CREATE FUNCTION date_add(timestamptz, interval) RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT $1 + $2'`,
  `CREATE FUNCTION curdate() RETURNS date STABLE LANGUAGE sql AS 'SELECT current_date'`,
  `CREATE FUNCTION utc_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT now()'`,
  `CREATE FUNCTION unix_timestamp() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT floor(extract(epoch FROM now()))::bigint'`,
  `CREATE FUNCTION unix_timestamp(timestamptz) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT floor(extract(epoch FROM $1))::bigint'`,
  `CREATE FUNCTION from_unixtime(double precision) RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT to_timestamp($1)'`,
  `CREATE FUNCTION datediff(timestamptz, timestamptz) RETURNS integer STABLE LANGUAGE sql AS 'SELECT $1::date - $2::date'`,
  `CREATE FUNCTION boolean_is(boolean, integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::integer = $2'`,
  `CREATE FUNCTION boolean_is_not(boolean, integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::integer <> $2'`,
  'CREATE OPERATOR = (LEFTARG = boolean, RIGHTARG = integer, FUNCTION = boolean_is)',
  'CREATE OPERATOR <> (LEFTARG = boolean, RIGHTARG = integer, FUNCTION = boolean_is_not)',
];

/**
 * Writes a query of MySQL as PostgreSQL has it, as far as quotes, names and intervals go; what else differs, PostgreSQL itself refuses.
 * @param names tables and columns as they are really called: MySQL finds a column whatever its case.
 */
export function mysqlToPostgres(sql: string, names: readonly string[]): string {
  const trueNames = new Map(names.map((name) => [name.toLowerCase(), name]));
  const tokens = tokenize(sql, 'mysql');
  let text = '';
  for (let at = 0; at < tokens.length; at += 1) {
    const interval = intervalAt(tokens, at);
    text += `${interval ?? translate(tokens, at, trueNames)}${gapAfter(sql, tokens, interval === undefined ? at : at + 2)}`;
    if (interval !== undefined) at += 2;
  }
  return text;
}

/** `INTERVAL 7 DAY`, which PostgreSQL writes `INTERVAL '7 DAY'`. */
function intervalAt(tokens: readonly Token[], at: number): string | undefined {
  const [word, amount, unit] = tokens.slice(at, at + 3);
  if (!isWord(word, 'INTERVAL') || unit?.kind !== 'word') return undefined;
  if (amount?.kind !== 'number' && amount?.kind !== 'string') return undefined;
  return `INTERVAL '${amount.text.replaceAll(/['"]/g, '')} ${unit.text.toLowerCase()}'`;
}

function translate(tokens: readonly Token[], at: number, trueNames: ReadonlyMap<string, string>): string {
  const token = tokens[at];
  if (token === undefined || token.kind === 'comment') return '';
  const { kind, text } = token;
  if (kind === 'quoted') return quoted(trueNameOf(text.slice(1, -1).replaceAll('``', '`'), trueNames));
  if (kind === 'string' && text.startsWith('"'))
    return `'${text.slice(1, -1).replaceAll('""', '"').replaceAll("'", "''")}'`;
  if (kind !== 'word') return text;
  if (isPunctuation(tokens[at + 1], '(')) return RENAMED[text.toUpperCase()] ?? text;
  return trueNames.has(text.toLowerCase()) ? quoted(trueNameOf(text, trueNames)) : text;
}

const trueNameOf = (name: string, trueNames: ReadonlyMap<string, string>): string =>
  trueNames.get(name.toLowerCase()) ?? name;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function gapAfter(sql: string, tokens: readonly Token[], at: number): string {
  const [token, next] = [tokens[at], tokens[at + 1]];
  if (token === undefined || next === undefined) return '';
  return next.start > token.end || next.kind === 'comment' ? ' ' : sql.slice(token.end, next.start);
}
