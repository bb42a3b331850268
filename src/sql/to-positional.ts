import { ConfigError } from '../errors/index.ts';
import { writeProblem } from './only-reads.ts';
import { readStatement } from './statement.ts';
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

  const values: unknown[] = [];
  let text = '';
  let end = statement.tokens[0]?.start ?? 0;
  for (const token of statement.tokens) {
    if (token.start > end) text += /\n/.test(sql.slice(end, token.start)) ? '\n' : ' ';
    if (token.kind === 'parameter') values.push(params[Number(token.text.slice(1)) - 1]);
    text += token.kind === 'parameter' ? '?' : token.text;
    end = token.end;
  }
  return { sql: text, params: values };
}
