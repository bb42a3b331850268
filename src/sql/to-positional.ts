import { ConfigError } from '../errors/index.ts';
import { analyseUpdate } from './analyse-update.ts';
import { writeProblem } from './only-reads.ts';
import { readStatement, type Statement } from './statement.ts';
import type { Dialect } from './tokens.ts';

/**
 * Makes one SELECT with `$1`, `$2`... into one with `?` in their places, and gives the value for each `?`. What is no parameter but looks
 * like one (in a string, a comment or a quoted name) stays; comments go.
 * @throws {ConfigError} QUERY_FAILED for anything but one SELECT that only reads, and for a parameter without a value.
 */
export function toPositional(
  sql: string,
  params: readonly unknown[],
  dialect: Dialect,
): { sql: string; params: unknown[] } {
  const statement = readStatement(sql, { dialect, parameters: params.length });
  const wrong = statement.ok ? writeProblem(statement.tokens, dialect) : statement;
  if (!statement.ok || wrong !== undefined)
    throw new ConfigError('QUERY_FAILED', `The query ${wrong?.message}.`, { hint: wrong?.hint });
  return inPlaces(statement, sql, params);
}

/**
 * As {@link toPositional}, for an UPDATE.
 * @throws {ConfigError} QUERY_FAILED as {@link requireUpdate} does.
 */
export function updateToPositional(
  sql: string,
  params: readonly unknown[],
  dialect: Dialect,
): { sql: string; params: unknown[] } {
  requireUpdate(sql, params, dialect);
  const statement = readStatement(sql, { dialect, parameters: params.length });
  return statement.ok ? inPlaces(statement, sql, params) : { sql, params: [...params] };
}

/** @throws {ConfigError} QUERY_FAILED for anything but one UPDATE of rows that a parameter names. */
export function requireUpdate(sql: string, params: readonly unknown[], dialect: Dialect): void {
  const update = analyseUpdate(sql, { dialect, parameters: params.length });
  if (update.ok) return;
  throw new ConfigError('QUERY_FAILED', `The update ${update.message}.`, { hint: update.hint });
}

function inPlaces(
  { tokens }: Statement,
  sql: string,
  params: readonly unknown[],
): { sql: string; params: unknown[] } {
  const values: unknown[] = [];
  let text = '';
  let end = tokens[0]?.start ?? 0;
  for (const token of tokens) {
    if (token.start > end) text += /\n/.test(sql.slice(end, token.start)) ? '\n' : ' ';
    if (token.kind === 'parameter') values.push(params[Number(token.text.slice(1)) - 1]);
    text += token.kind === 'parameter' ? '?' : token.text;
    end = token.end;
  }
  return { sql: text, params: values };
}
