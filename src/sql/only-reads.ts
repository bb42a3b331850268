import { problem, type SqlProblem } from './problem.ts';
import { leadingWord, mainVerb } from './statement.ts';
import { type Dialect, isPunctuation, isWord, type Token } from './tokens.ts';

const WRITES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE'];

/** Functions that do more than read: they wait, write, lock, or reach outside the database. */
const EFFECTS: Record<Dialect, RegExp> = {
  postgres:
    /^(?:pg_sleep\w*|nextval|setval|set_config|pg_notify|pg_(?:try_)?advisory\w*|pg_terminate_backend|pg_cancel_backend|pg_read_\w+|pg_ls_\w+|pg_reload_conf|dblink\w*|lo_\w+|query_to_xml)$/i,
  mysql:
    /^(?:sleep|benchmark|get_lock|release_lock|release_all_locks|load_file|master_pos_wait|source_pos_wait)$/i,
};

/** Says why a statement is anything but a query that only reads, or `undefined`. Certain without a parser. */
export function writeProblem(tokens: readonly Token[], dialect: Dialect): SqlProblem | undefined {
  const first = leadingWord(tokens);
  const verb = mainVerb(tokens);
  if (!isWord(first, 'SELECT', 'WITH') || !isWord(verb, 'SELECT', 'WITH')) {
    const found = isWord(first, 'WITH') ? verb : first;
    return problem('query_not_select', found?.start ?? 0, {
      message: `is not a SELECT: it begins with ${found?.text.slice(0, 20) ?? 'nothing'}`,
      hint: "Write one SELECT that only reads; what a step changes belongs in the step's `after`.",
    });
  }
  for (const [index, token] of tokens.entries()) {
    const wrong = writeAt(tokens, index, dialect);
    if (wrong !== undefined) return problem('query_not_select', token.start, wrong);
  }
  return undefined;
}

function writeAt(
  tokens: readonly Token[],
  index: number,
  dialect: Dialect,
): { message: string; hint: string } | undefined {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (token?.text.startsWith('/*!')) {
    return {
      message: 'has a comment that MySQL runs (/*! */)',
      hint: 'Write what it says, without the comment.',
    };
  }
  if (token?.kind !== 'word' || isPunctuation(tokens[index - 1], '.')) return undefined;
  const opensQuery = isPunctuation(tokens[index - 1], '(') && isWord(tokens[index - 2], 'AS', 'MATERIALIZED');
  if (opensQuery && isWord(token, ...WRITES)) {
    return {
      message: `writes: its WITH clause has ${token.text.toUpperCase()}`,
      hint: 'Write a SELECT there.',
    };
  }
  if (isWord(token, 'INTO')) {
    return { message: 'writes its rows somewhere (INTO)', hint: 'Remove INTO: Skene reads the rows itself.' };
  }
  if (isWord(token, 'FOR') && isWord(next, 'UPDATE', 'SHARE', 'NO', 'KEY')) {
    return { message: 'locks the rows it reads (FOR ...)', hint: 'Remove the FOR clause.' };
  }
  if (isWord(token, 'LOCK') && isWord(next, 'IN')) {
    return { message: 'locks the rows it reads', hint: 'Remove LOCK IN SHARE MODE.' };
  }
  if (isPunctuation(next, '(') && EFFECTS[dialect].test(token.text)) {
    return { message: `calls ${token.text}, which does more than read`, hint: 'Remove the call.' };
  }
  return undefined;
}
