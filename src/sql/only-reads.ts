import { problem, type SqlProblem } from './problem.ts';
import { leadingWord, mainVerb } from './statement.ts';
import { identifierOf } from './token-cursor.ts';
import { CODE_IN_COMMENT, type Dialect, isPunctuation, isWord, type Token } from './tokens.ts';

const WRITES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE'];

/**
 * Functions that do more than read: they wait, write, lock, run SQL that is handed to them, or reach outside the database. Of what PostgreSQL
 * calls `pg_…` only what is known to read is taken.
 */
const EFFECTS: Record<Dialect, RegExp> = {
  postgres:
    /^(?:pg_(?!(?:typeof|column_size|size_pretty|size_bytes|backend_pid|postmaster_start_time|input_\w+|get_\w+|is_\w+|\w+_size|\w+_is_visible)$)\w*|nextval|setval|setseed|set_config|txid_current|dblink\w*|lo_\w+|loread|lowrite|query_to_xml\w*|ts_stat|ts_rewrite)$/i,
  mysql:
    /^(?:sleep|benchmark|get_lock|release_lock|release_all_locks|load_file|(?:master|source)_(?:pos|gtid)_wait|wait_for_executed_gtid_set|wait_until_sql_thread_after_gtids|last_insert_id|nextval|setval|sys_\w+)$/i,
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

/** What is wrong at a token, and what to do about it. */
type Fault = { message: string; hint: string } | undefined;

function writeAt(tokens: readonly Token[], index: number, dialect: Dialect): Fault {
  return hiddenAt(tokens[index], dialect) ?? callAt(tokens, index, dialect) ?? clauseAt(tokens, index);
}

/** What means more to the server than it seems to. */
function hiddenAt(token: Token | undefined, dialect: Dialect): Fault {
  if (CODE_IN_COMMENT.test(token?.text ?? '')) {
    return {
      message: `has a comment that MySQL runs (${token?.text.slice(0, 4)})`,
      hint: 'Write what it says, without the comment.',
    };
  }
  if (dialect === 'mysql' && isPunctuation(token, ':='))
    return { message: 'sets a variable (:=)', hint: 'Compare with =, or leave the variable out.' };
  if (token?.kind === 'quoted' && /^u&/i.test(token.text))
    return { message: 'has a name in Unicode escapes', hint: 'Write the name itself.' };
  return undefined;
}

/** A function that does more than read, however its name is written. */
function callAt(tokens: readonly Token[], index: number, dialect: Dialect): Fault {
  const token = tokens[index];
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return undefined;
  const name = identifierOf(token, dialect);
  return isPunctuation(tokens[index + 1], '(') && EFFECTS[dialect].test(name)
    ? { message: `calls ${name}, which does more than read`, hint: 'Remove the call.' }
    : undefined;
}

/** A part of a SELECT that writes, or locks what it reads. */
function clauseAt(tokens: readonly Token[], index: number): Fault {
  const [previous, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token?.kind !== 'word' || isPunctuation(previous, '.')) return undefined;
  const opensQuery = isPunctuation(previous, '(') && isWord(tokens[index - 2], 'AS', 'MATERIALIZED');
  const verb = opensQuery ? verbOf(tokens.slice(index)) : undefined;
  if (isWord(verb, ...WRITES)) {
    return {
      message: `writes: its WITH clause has ${verb?.text.toUpperCase()}`,
      hint: 'Write a SELECT there.',
    };
  }
  if (isWord(token, 'INTO'))
    return { message: 'writes its rows somewhere (INTO)', hint: 'Remove INTO: Skene reads the rows itself.' };
  if (isWord(token, 'FOR') && isWord(next, 'UPDATE', 'SHARE', 'NO', 'KEY'))
    return { message: 'locks the rows it reads (FOR ...)', hint: 'Remove the FOR clause.' };
  if (isWord(token, 'LOCK') && isWord(next, 'IN'))
    return { message: 'locks the rows it reads', hint: 'Remove LOCK IN SHARE MODE.' };
  if (isWord(token, 'NEXT') && isWord(next, 'VALUE'))
    return { message: 'takes the next value of a sequence', hint: 'Remove NEXT VALUE FOR.' };
  return undefined;
}

/** What the query in brackets does that begins with these tokens. */
function verbOf(tokens: readonly Token[]): Token | undefined {
  let depth = 1;
  const end = tokens.findIndex((token) => {
    if (isPunctuation(token, '(')) depth += 1;
    if (isPunctuation(token, ')')) depth -= 1;
    return depth === 0;
  });
  return mainVerb(tokens.slice(0, end));
}
