import { type Dialect, isPunctuation, isWord, type Token } from './tokens.ts';

/** Goes through the tokens of a statement, one piece of its grammar at a time. */
export interface TokenCursor {
  /** The token that comes next, if any. */
  peek(): Token | undefined;
  /** Takes the next token. */
  next(): Token | undefined;
  /** What has not been taken. */
  rest(): Token[];
  /** Takes these words if they come next, all or none; says whether. */
  accept(...words: string[]): boolean;
  /** Takes a name, which may be qualified: `app.users`. */
  name(): string | undefined;
  /** Takes what is between brackets, without them. */
  group(): Token[] | undefined;
}

/** A cursor over tokens without comments. */
export function createCursor(tokens: readonly Token[], dialect: Dialect): TokenCursor {
  let index = 0;

  function part(): string | undefined {
    const token = tokens[index];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') return undefined;
    index += 1;
    return identifierOf(token, dialect);
  }

  return {
    peek: () => tokens[index],
    next: () => tokens[index++],
    rest: () => tokens.slice(index),
    accept(...words) {
      if (!words.every((word, ahead) => isWord(tokens[index + ahead], word))) return false;
      index += words.length;
      return true;
    },
    name() {
      const parts = [part()];
      while (parts.at(-1) !== undefined && isPunctuation(tokens[index], '.')) {
        index += 1;
        parts.push(part());
      }
      const known = parts.filter((text) => text !== undefined);
      return known.length === 0 ? undefined : known.join('.');
    },
    group() {
      if (!isPunctuation(tokens[index], '(')) return undefined;
      const start = index + 1;
      let depth = 0;
      for (; index < tokens.length; index += 1) {
        if (isPunctuation(tokens[index], '(')) depth += 1;
        if (isPunctuation(tokens[index], ')')) depth -= 1;
        if (depth === 0) return tokens.slice(start, index++);
      }
      return tokens.slice(start);
    },
  };
}

/** A name as the database has it: PostgreSQL folds what is not quoted to lower case. */
export function identifierOf({ kind, text }: Token, dialect: Dialect): string {
  if (kind === 'quoted') return text.slice(1, -1).replaceAll(text.charAt(0).repeat(2), text.charAt(0));
  return dialect === 'postgres' ? text.toLowerCase() : text;
}

/** The text of a string token, without its quotes. */
export function stringOf({ text }: Token): string {
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'");
}

/** Splits tokens at a piece of punctuation that is in no brackets. */
export function splitAt(tokens: readonly Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isPunctuation(token, '(')) depth += 1;
    if (isPunctuation(token, ')')) depth -= 1;
    if (depth === 0 && isPunctuation(token, separator)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter(({ length }) => length > 0);
}
