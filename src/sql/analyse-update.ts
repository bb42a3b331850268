import { problem, type SqlProblem } from './problem.ts';
import { leadingWord, readStatement, type StatementOptions } from './statement.ts';
import { isPunctuation, isWord, type Token } from './tokens.ts';

/** What {@link analyseUpdate} answers. */
export type UpdateAnalysis = { ok: true; sql: string } | SqlProblem;

/** Reads a step's `after`: exactly one UPDATE, bound to the subject by `$1` in its WHERE clause, so that it cannot touch every row. */
export function analyseUpdate(sql: string, options: StatementOptions): UpdateAnalysis {
  const statement = readStatement(sql, options);
  if (!statement.ok) return statement;
  const first = leadingWord(statement.tokens);
  if (!isWord(first, 'UPDATE')) {
    return problem('query_not_update', first?.start ?? 0, {
      message: `is not an UPDATE: it begins with ${first?.text.slice(0, 20) ?? 'nothing'}`,
      hint: 'Write one UPDATE, such as UPDATE users SET re_engagement_sent = true WHERE id = $1.',
    });
  }
  const where = outerWhere(statement.tokens);
  const isBound = where !== -1 && statement.tokens.slice(where).some(({ kind }) => kind === 'parameter');
  if (!isBound) {
    return problem('query_parameter', first?.start ?? 0, {
      message: 'has no $1 in its WHERE clause: it would change rows of other users',
      hint: "Add WHERE with the subject's id, such as WHERE id = $1.",
    });
  }
  return { ok: true, sql: statement.sql };
}

function outerWhere(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isPunctuation(token, '(')) depth += 1;
    if (isPunctuation(token, ')')) depth -= 1;
    return depth === 0 && isWord(token, 'WHERE');
  });
}
