/** The databases' languages that conditions may be written in. */
export type Dialect = 'postgres' | 'mysql';

/** What a piece of SQL is. `unterminated` is a string, comment or quoted name that never ends. */
export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'unterminated';

/** A piece of SQL and where it is: `start` and `end` are offsets in UTF-16 units. White space makes no token. */
export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

type Rules = ReadonlyArray<readonly [TokenKind, RegExp]>;

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\$\d+/y;
/** One or more operator characters; a comment that begins among them ends the operator. */
const OPERATOR = /(?:(?!--|\/\*)[-+*/<>=~!@#%^&|?`])+/y;
const PUNCTUATION = /::|:=|[^\s]/y;
/** What a server takes for white space. JavaScript's `\s` has more: a no-break space is a letter of a name to both servers. */
const SPACE = /[ \t\n\r\f\v]*/y;

/** A string with backslashes, and those that follow it on lines of their own: PostgreSQL reads them as one, all with backslashes. */
const ESCAPED =
  /[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'(?:[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\f\v\n\r]|--[^\n\r]*[\n\r])*'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*')*/y;

/** PostgreSQL's lexical rules, in the order in which they are tried. */
const POSTGRES: Rules = [
  ['comment', /--[^\n\r]*/y],
  ['string', ESCAPED],
  ['string', /(?:[uU]&|[bBxXnN])?'[^']*(?:''[^']*)*'/y],
  ['string', /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y],
  ['quoted', /(?:[uU]&)?"[^"]*(?:""[^"]*)*"/y],
  ['unterminated', /(?:[uU]&|[eEbBxXnN])?['"][\s\S]*|\$(?:[A-Za-z_]\w*)?\$[\s\S]*|\/\*[\s\S]*/y],
  ['word', WORD],
  ['parameter', PARAMETER],
  ['number', NUMBER],
  ['operator', OPERATOR],
  ['punctuation', PUNCTUATION],
];

/** MySQL's: backslashes escape, double quotes are strings, `#` begins a comment and `?` and `:name` are parameters. */
const MYSQL: Rules = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: after them, `--` begins a comment.
  ['comment', /(?:--(?=[\x00-\x20\x7f]|$)|#)[^\n]*/y],
  ['string', /(?:[bBxXnN])?'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'/y],
  ['string', /"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"/y],
  ['quoted', /`[^`]*(?:``[^`]*)*`/y],
  ['unterminated', /(?:[bBxXnN])?['"`][\s\S]*|\/\*[\s\S]*/y],
  ['word', /@{0,2}[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['parameter', /\$\d+|\?|:[A-Za-z_]\w*/y],
  ['number', NUMBER],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  ['operator', /(?:(?!--(?:[\x00-\x20\x7f]|$)|\/\*)[-+*/<>=~!@%^&|])+/y],
  ['punctuation', PUNCTUATION],
];

/**
 * Splits SQL into its pieces without understanding it: what is a string, a comment, a quoted name or a parameter is certain even where
 * a parser gives up. Lexical rules as in the PostgreSQL manual, chapter 4.1, and the MySQL manual, chapter 11.
 */
export function tokenize(sql: string, dialect: Dialect = 'postgres'): Token[] {
  const tokens: Token[] = [];
  let start = skipSpace(sql, 0);
  while (start < sql.length) {
    const token = commentAt(sql, start, dialect) ?? tokenAt(sql, start, dialect);
    tokens.push(token);
    start = skipSpace(sql, token.end);
  }
  return tokens;
}

function tokenAt(sql: string, start: number, dialect: Dialect): Token {
  for (const [kind, rule] of dialect === 'mysql' ? MYSQL : POSTGRES) {
    rule.lastIndex = start;
    const text = rule.exec(sql)?.[0];
    if (text !== undefined) return { kind, text, start, end: start + text.length };
  }
  return { kind: 'punctuation', text: sql.charAt(start), start, end: start + 1 };
}

/** Begins what MySQL, or MariaDB alone, runs although others take it for a comment. */
export const CODE_IN_COMMENT = /^\/\*M?!/;

/** A block comment. PostgreSQL nests them; what MySQL runs is no comment. */
function commentAt(sql: string, start: number, dialect: Dialect): Token | undefined {
  if (!sql.startsWith('/*', start)) return undefined;
  const isCode = dialect === 'mysql' && CODE_IN_COMMENT.test(sql.slice(start, start + 4));
  let depth = 0;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    if (match[0] === '*/') depth -= 1;
    else if (dialect === 'postgres' || depth === 0) depth += 1;
    if (depth > 0) continue;
    const kind = isCode ? 'operator' : 'comment';
    return { kind, text: sql.slice(start, edge.lastIndex), start, end: edge.lastIndex };
  }
  return undefined;
}

function skipSpace(sql: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.exec(sql);
  return SPACE.lastIndex;
}

/** Whether a token is one of these words, however they are capitalised. */
export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase());
}

/** Whether a token is this piece of punctuation. */
export function isPunctuation(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punctuation' && token.text === text;
}
