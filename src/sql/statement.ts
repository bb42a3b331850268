import { danglingProblem } from './dangling.ts';
import { dialectProblem } from './dialect-traps.ts';
import { problem, type SqlProblem } from './problem.ts';
import { type Dialect, isPunctuation, isWord, type Token, tokenize } from './tokens.ts';

/** One statement, cut out of what surrounds it. */
export interface Statement {
  ok: true;
  /** Its tokens, without comments. Offsets are those of the whole text. */
  tokens: Token[];
  /** Its text, from the first token to the last: no semicolon and no comment follows, so that it can be put into a larger query. */
  sql: string;
  /** Whether it has `$1`. */
  aboutSubject: boolean;
}

/** How a piece of SQL is read: in which dialect, and how many parameters it is given (1: the subject's id). */
export interface StatementOptions {
  dialect: Dialect;
  parameters: number;
}

const ONE_STATEMENT = 'Keep one statement; put the other in a condition or step of its own.';

/** Finds the one statement of `sql` and its parameters. What can be told without a parser is told here, with certainty. */
export function readStatement(sql: string, options: StatementOptions): Statement | SqlProblem {
  const all = tokenize(sql, options.dialect);
  const tokens = all.filter((token) => token.kind !== 'comment');
  const endless = tokens.find((token) => token.kind === 'unterminated');
  if (endless !== undefined) {
    return problem('query_syntax', endless.start, {
      message: `has a ${endlessName(endless)} that never ends`,
      hint: 'Close it; inside a string, an apostrophe is written twice.',
    });
  }
  const end = tokens.findIndex((token) => isPunctuation(token, ';'));
  const own = end === -1 ? tokens : tokens.slice(0, end);
  const next = end === -1 ? undefined : tokens.slice(end).find((token) => !isPunctuation(token, ';'));
  const [first] = own;
  const last = own.at(-1);
  if (first === undefined || last === undefined)
    return problem('query_syntax', 0, { message: 'is empty', hint: 'Write one SELECT.' });
  if (next !== undefined) {
    return problem('query_multiple', next.start, {
      message: `is more than one statement: a second begins with ${next.text.slice(0, 20)}`,
      hint: ONE_STATEMENT,
    });
  }
  const wrong =
    parameterProblem(own, options.parameters) ??
    bracketProblem(own) ??
    dialectProblem(own, options.dialect) ??
    danglingProblem(own);
  if (wrong !== undefined) return wrong;
  const aboutSubject = own.some((token) => token.kind === 'parameter');
  return { ok: true, tokens: own, sql: sql.slice(first.start, last.end), aboutSubject };
}

function endlessName({ text }: Token): string {
  if (text.startsWith('/*')) return 'comment';
  return text.startsWith('`') || text.startsWith('"') ? 'quoted name' : 'string';
}

function parameterProblem(tokens: readonly Token[], supplied: number): SqlProblem | undefined {
  const wrong = tokens.find(
    (token) =>
      token.kind === 'parameter' &&
      !(/^\$[1-9]\d*$/.test(token.text) && Number(token.text.slice(1)) <= supplied),
  );
  if (wrong === undefined) return undefined;
  return problem('query_parameter', wrong.start, {
    message: `has the parameter ${wrong.text}, which nothing supplies`,
    hint: "Write $1 for the subject's id (on every database); it is the only parameter there is.",
  });
}

const CLOSES: Record<string, string> = { ')': '(', ']': '[' };

function bracketProblem(tokens: readonly Token[]): SqlProblem | undefined {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'punctuation') continue;
    if (token.text === '(' || token.text === '[') open.push(token);
    const partner = CLOSES[token.text];
    if (partner !== undefined && open.pop()?.text !== partner) {
      return problem('query_syntax', token.start, {
        message: `has a ${token.text} that nothing opens`,
        hint: 'Remove it, or open the bracket it closes.',
      });
    }
  }
  const left = open.at(-1);
  if (left === undefined) return undefined;
  return problem('query_syntax', left.start, {
    message: `has a ${left.text} that is never closed`,
    hint: 'Close it.',
  });
}

/** The word a statement begins with, brackets around it aside: `SELECT`, `WITH`, `UPDATE`. */
export function leadingWord(tokens: readonly Token[]): Token | undefined {
  return tokens.find((token) => !isPunctuation(token, '('));
}

/** The word that says what a statement with a WITH clause does: the first verb outside brackets after the clause. */
export function mainVerb(tokens: readonly Token[]): Token | undefined {
  const first = leadingWord(tokens);
  if (!isWord(first, 'WITH')) return first;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (isPunctuation(token, '(')) depth += 1;
    if (isPunctuation(token, ')')) depth -= 1;
    const previous = tokens[index - 1];
    const isName = isWord(previous, 'WITH', 'RECURSIVE') || isPunctuation(previous, ',');
    if (depth === 0 && !isName && isWord(token, ...VERBS)) return token;
    const opensQuery = depth === 1 && isPunctuation(token, '(') && isPunctuation(previous, ')');
    if (opensQuery) return leadingWord(tokens.slice(index));
  }
  return first;
}

const VERBS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'VALUES', 'TABLE', 'REPLACE'];
