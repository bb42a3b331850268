import { isAlwaysMet, isMonotone, isTimeDependent } from './behaviour.ts';
import { type Mention, mentionsOf } from './mentions.ts';
import { writeProblem } from './only-reads.ts';
import type { SqlNotice, SqlProblem } from './problem.ts';
import { type Read, readsOf } from './reads.ts';
import type { Scope } from './scope.ts';
import { staleColumnOf, type TableColumn } from './stale-column.ts';
import { readStatement, type Statement, type StatementOptions } from './statement.ts';
import { type Dialect, isPunctuation, isWord, type Token } from './tokens.ts';
import { isNode, type Node, nameOf, nodes, parseTree } from './tree.ts';

/** What is known of a query without running it. */
export interface QuerySummary {
  ok: true;
  /** The statement alone: no semicolon or comment follows, so that it can be put into a larger query. */
  sql: string;
  /** Whether it has `$1`: it is about one subject. Without, its rows are an audience. */
  aboutSubject: boolean;
  /** The tables it reads. Empty when the parser did not understand it; see `understood`. */
  reads: Read[];
  /** The columns it speaks of, where it is certain in which tables they have to be. */
  mentions: Mention[];
  /** Whether it can become true without a row being written: it reads the clock, or calls what nobody here knows. */
  timeDependent: boolean;
  /** False when a row that goes away, or one displaced by another, can make it true: NOT EXISTS, EXCEPT, outer joins, aggregates. */
  monotone: boolean;
  /** The column that has to lie before a time that moves with the clock: when something was last done. */
  staleColumn: TableColumn | undefined;
  /** The names of the columns it answers with; `undefined` when it has a star or that is not known. */
  columns: string[] | undefined;
  /** Whether it answers with columns that have no name of their own: the database gives them one. */
  hasUnnamed: boolean;
  /** False when the statement is beyond the parser. The database may know it all the same; nothing about it is certain then. */
  understood: boolean;
  /** What is worth a warning. */
  notices: SqlNotice[];
}

/** What {@link analyseQuery} answers. */
export type QueryAnalysis = QuerySummary | SqlProblem;

/**
 * Reads a condition's query: one SELECT that only reads, with at most `parameters` parameters (1: the subject's id). What it claims is
 * certain; what is not certain is left out. What the parser does not know but the tokens show to be one SELECT is taken, with a notice.
 */
export function analyseQuery(sql: string, options: StatementOptions): QueryAnalysis {
  const statement = readStatement(sql, options);
  if (!statement.ok) return statement;
  const wrong = writeProblem(statement.tokens, options.dialect);
  if (wrong !== undefined) return wrong;
  const tree = parseTree(withoutParameterCasts(statement), options.dialect);
  const isReliable = !statement.tokens.some((token) => isMisread(token));
  if (!tree.ok || !isReliable || tree.root.type !== 'select') {
    const from = statement.tokens[0]?.start ?? 0;
    return unknownQuery(statement, tree.ok ? from : from + tree.offset);
  }
  return summarise(statement, tree.root, options.dialect);
}

/** The parser does not know `$1::uuid`. The cast is blanked out, so that every offset stays. */
function withoutParameterCasts({ sql, tokens }: Statement): string {
  const start = tokens[0]?.start ?? 0;
  let text = sql;
  for (const [index, token] of tokens.entries()) {
    const type = tokens[index + 2];
    if (token.kind !== 'parameter' || !isPunctuation(tokens[index + 1], '::') || type?.kind !== 'word')
      continue;
    const from = token.end - start;
    const to = type.end - start;
    text = text.slice(0, from) + ' '.repeat(to - from) + text.slice(to);
  }
  return text;
}

/** Words that the parser takes for the name of a table. */
function isMisread(token: Token): boolean {
  return isWord(token, 'ONLY', 'LATERAL', 'TABLESAMPLE');
}

function unknownQuery({ sql, aboutSubject }: Statement, offset: number): QuerySummary {
  const notice: SqlNotice = {
    code: 'query_syntax',
    offset,
    message: 'is not understood from here on; the database may know it all the same',
    hint: 'If it is right, nothing need be done: the condition is then looked at now and again, not when a row is written.',
  };
  return {
    ok: true,
    sql,
    aboutSubject,
    reads: [],
    mentions: [],
    timeDependent: true,
    monotone: false,
    staleColumn: undefined,
    columns: undefined,
    hasUnnamed: true,
    understood: false,
    notices: [notice],
  };
}

function summarise(statement: Statement, root: Node, dialect: Dialect): QuerySummary {
  const { tokens, sql, aboutSubject } = statement;
  const scope: Scope = { dialect, quoted: quotedNames(tokens), ctes: new Set(), correlated: false };
  const reads = readsOf(root, scope);
  return {
    ok: true,
    sql,
    aboutSubject,
    reads: hasLooseOr(tokens, dialect) ? reads.map(withoutClaims) : reads,
    mentions: mentionsOf(root, scope),
    timeDependent: isTimeDependent(root),
    monotone: isMonotone(root),
    staleColumn: staleColumnOf(root, scope),
    columns: columnsOf(root, dialect),
    hasUnnamed: nodes(root.columns).length > (columnsOf(root, dialect)?.length ?? 0),
    understood: true,
    notices: noticesOf(root, statement, dialect),
  };
}

/** MySQL reads `||` as OR, and has XOR; the parser binds both tighter than `=`, so nothing it says of such a query is certain. */
function hasLooseOr(tokens: readonly Token[], dialect: Dialect): boolean {
  return dialect === 'mysql' && tokens.some((token) => token.text === '||' || isWord(token, 'XOR'));
}

function withoutClaims({ table }: Read): Read {
  return { table, column: undefined, equals: {} };
}

function quotedNames(tokens: readonly Token[]): Set<string> {
  return new Set(
    tokens.filter(({ kind }) => kind === 'quoted').map(({ text }) => text.slice(1, -1).replaceAll('""', '"')),
  );
}

function columnsOf(root: Node, dialect: Dialect): string[] | undefined {
  const names: string[] = [];
  for (const column of nodes(root.columns)) {
    const expression = isNode(column.expr) ? column.expr : {};
    const own = expression.type === 'column_ref' ? nameOf(expression.column, dialect) : undefined;
    if (own === '*') return undefined;
    const name = nameOf(column.as, dialect) ?? own;
    if (name !== undefined) names.push(name);
  }
  return names;
}

function noticesOf(root: Node, { tokens, aboutSubject }: Statement, dialect: Dialect): SqlNotice[] {
  const notices: SqlNotice[] = [];
  if (aboutSubject && isAlwaysMet(root)) {
    notices.push({
      code: 'query_always_met',
      offset: tokens[0]?.start ?? 0,
      message: 'always answers with a row, so the condition is always met: a row is what it waits for',
      hint: 'Select the rows themselves, or put the test into HAVING or WHERE.',
    });
  }
  const pipes = dialect === 'mysql' ? tokens.find(({ text }) => text === '||') : undefined;
  if (pipes !== undefined) {
    notices.push({
      code: 'query_dialect',
      offset: pipes.start,
      message: 'has ||, which means OR to MySQL',
      hint: 'Write CONCAT(a, b) to join text, OR to mean or.',
    });
  }
  return notices;
}
