import { problem, type SqlProblem } from './problem.ts';
import { isPunctuation, isWord, type Token } from './tokens.ts';

/** Reserved words after which an expression or a name has to come. */
const OPENERS = ['WHERE', 'AND', 'OR', 'ON', 'HAVING', 'FROM', 'JOIN', 'BY'];
/** Reserved words with which no expression or name begins. */
const CLAUSES = ['WHERE', 'AND', 'OR', 'GROUP', 'HAVING', 'FROM', 'ORDER', 'LIMIT', 'UNION', 'ON'];

/** Finds a clause that was begun and not written, such as `WHERE ORDER BY` or a comma before `FROM`: an error in every dialect. */
export function danglingProblem(tokens: readonly Token[]): SqlProblem | undefined {
  for (const [index, token] of tokens.entries()) {
    const opens = isOpener(tokens, index) || isPunctuation(token, ',') || isComparison(tokens, index);
    if (!opens || !endsHere(tokens, index + 1)) continue;
    const next = tokens[index + 1];
    return problem('query_syntax', next?.start ?? token.end, {
      message: `has nothing between "${token.text}" and ${next === undefined ? 'its end' : `"${next.text}"`}`,
      hint: `Write what belongs after "${token.text}", or remove it.`,
    });
  }
  return undefined;
}

function isOpener(tokens: readonly Token[], index: number): boolean {
  return isWord(tokens[index], ...OPENERS) && isReserved(tokens, index);
}

/** After a dot, after AS, and before a dot or bracket, a reserved word may be a name. */
function isReserved(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[index - 1];
  const next = tokens[index + 1];
  return !isPunctuation(previous, '.') && !isWord(previous, 'AS') && !isPunctuation(next, '.');
}

/** A comparison sign; PostgreSQL also writes it as a name, in `OPERATOR(pg_catalog.=)`. */
function isComparison(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  const previous = tokens[index - 1];
  if (token?.kind !== 'operator' || isPunctuation(previous, '(') || isPunctuation(previous, '.'))
    return false;
  return ['=', '<', '>', '<=', '>=', '<>', '!='].includes(token.text);
}

function endsHere(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (token === undefined || isPunctuation(token, ')') || isPunctuation(token, ',')) return true;
  return isWord(token, ...CLAUSES) && isReserved(tokens, index);
}
