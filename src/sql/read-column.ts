import type { DeclaredColumn, DeclaredTable, StatementPlace } from './declared.ts';
import { createCursor, identifierOf, stringOf, type TokenCursor } from './token-cursor.ts';
import { type Dialect, isWord, type Token } from './tokens.ts';

/** Words that end a column's type and begin what else is said of it. */
const AFTER_TYPE = [
  ...['NOT', 'NULL', 'DEFAULT', 'PRIMARY', 'UNIQUE', 'KEY', 'REFERENCES', 'CHECK', 'CONSTRAINT', 'GENERATED'],
  ...['AUTO_INCREMENT', 'COLLATE', 'COMMENT', 'ON', 'INVISIBLE', 'STORAGE', 'AS', 'FIRST', 'AFTER'],
];

/** What else may begin a constraint; of no use here. */
const OTHER_CONSTRAINTS = [
  'CONSTRAINT',
  'UNIQUE',
  'CHECK',
  'EXCLUDE',
  'FULLTEXT',
  'SPATIAL',
  'LIKE',
  'PERIOD',
];

/** Reads a column's declaration. */
export function readColumn(
  item: Token[],
  table: DeclaredTable,
  place: StatementPlace,
): DeclaredColumn | undefined {
  const cursor = createCursor(item, place.dialect);
  const name = cursor.name();
  if (name === undefined) return undefined;
  const type = typeTokens(cursor);
  const column: DeclaredColumn = {
    name,
    type: textOf(type),
    nullable: true,
    ...(isWord(type[0], 'ENUM')
      ? { values: type.filter(({ kind }) => kind === 'string').map(stringOf) }
      : {}),
    file: place.file,
    line: place.lineOf(item[0]),
  };
  while (cursor.peek() !== undefined) {
    if (cursor.accept('NOT', 'NULL')) column.nullable = false;
    else if (cursor.accept('PRIMARY', 'KEY')) {
      column.nullable = false;
      table.primaryKey = [name];
    } else if (cursor.accept('REFERENCES')) column.references = readReference(cursor, place.dialect);
    else cursor.next();
  }
  return column;
}

function typeTokens(cursor: TokenCursor): Token[] {
  const type: Token[] = [];
  for (
    let token = cursor.peek();
    token !== undefined && !isWord(token, ...AFTER_TYPE);
    token = cursor.peek()
  ) {
    type.push(token);
    cursor.next();
  }
  return type;
}

/** As it would be written by hand: `timestamp (3) with time zone` has its spaces, `varchar(255)` none. */
function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, kind }, index) => {
      const previous = tokens[index - 1];
      const isApart = kind === 'word' && (previous?.kind === 'word' || previous?.text === ')');
      return isApart ? ` ${text}` : text;
    })
    .join('')
    .toLowerCase();
}

/** Reads a constraint of a table; false when the item is none. */
export function readConstraint(item: Token[], table: DeclaredTable, dialect: Dialect): boolean {
  const cursor = createCursor(item, dialect);
  if (cursor.accept('CONSTRAINT') && !isWord(cursor.peek(), 'PRIMARY', 'FOREIGN', 'UNIQUE', 'CHECK'))
    cursor.name();
  if (cursor.accept('PRIMARY', 'KEY')) {
    while (cursor.peek() !== undefined && cursor.peek()?.text !== '(') cursor.next();
    table.primaryKey = namesIn(cursor.group(), dialect);
    return true;
  }
  if (cursor.accept('FOREIGN', 'KEY')) {
    if (cursor.peek()?.text !== '(') cursor.name();
    const [own, ...others] = namesIn(cursor.group(), dialect);
    const column = table.columns.find(({ name }) => name === own);
    if (cursor.accept('REFERENCES') && column !== undefined && others.length === 0)
      column.references = readReference(cursor, dialect);
    return true;
  }
  return isWord(item[0], 'KEY', 'INDEX') ? isIndex(cursor) : isWord(item[0], ...OTHER_CONSTRAINTS);
}

/** An index names columns; a column called `key` has a type, whose brackets hold a number. */
function isIndex(cursor: TokenCursor): boolean {
  const inBrackets = cursor.rest().find((_, at, rest) => rest[at - 1]?.text === '(');
  return inBrackets?.kind === 'word' || inBrackets?.kind === 'quoted';
}

function readReference(cursor: TokenCursor, dialect: Dialect): DeclaredColumn['references'] {
  const table = cursor.name()?.replace(/^public\./, '');
  const [column] = namesIn(cursor.group(), dialect);
  return table === undefined ? undefined : { table, column };
}

function namesIn(group: readonly Token[] | undefined, dialect: Dialect): string[] {
  return (group ?? [])
    .filter(({ kind }) => kind === 'word' || kind === 'quoted')
    .map((token) => identifierOf(token, dialect));
}
