import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dialect, tokenize } from './tokens.ts';

const kinds = (sql: string, dialect: Dialect = 'postgres') =>
  tokenize(sql, dialect).map(({ kind, text }) => `${kind}:${text}`);

describe('tokenize', () => {
  it('tells parameters from what only looks like them', () => {
    const sql = `SELECT '$1', "$2", $tag$ $3 $tag$ -- $4\n, /* $5 /* $6 */ $7 */ a$8 FROM t WHERE id = $1`;
    expect(tokenize(sql).filter(({ kind }) => kind === 'parameter')).toEqual([
      { kind: 'parameter', text: '$1', start: sql.length - 2, end: sql.length },
    ]);
  });

  it('keeps doubled apostrophes, escape strings and dollar quotes whole', () => {
    expect(kinds(String.raw`'it''s' E'it\'s' $$a;b$$ $x$ $$ $x$`)).toEqual([
      "string:'it''s'",
      String.raw`string:E'it\'s'`,
      'string:$$a;b$$',
      'string:$x$ $$ $x$',
    ]);
  });

  it('reads ? as an operator in PostgreSQL and as a parameter in MySQL', () => {
    expect(kinds("meta ? 'k'")).toEqual(['word:meta', 'operator:?', "string:'k'"]);
    expect(kinds('id = ? OR id = :id', 'mysql')).toEqual([
      'word:id',
      'operator:=',
      'parameter:?',
      'word:OR',
      'word:id',
      'operator:=',
      'parameter::id',
    ]);
  });

  it('ends an operator where a comment begins', () => {
    expect(kinds('a <--b\n c')).toEqual(['word:a', 'operator:<', 'comment:--b', 'word:c']);
    expect(kinds('a*/* b */c')).toEqual(['word:a', 'operator:*', 'comment:/* b */', 'word:c']);
  });

  it("follows MySQL's quotes and comments", () => {
    expect(kinds('`a``b` "it\\"s" # rest', 'mysql')).toEqual([
      'quoted:`a``b`',
      'string:"it\\"s"',
      'comment:# rest',
    ]);
    expect(kinds('1--1', 'mysql')).toEqual(['number:1', 'operator:--', 'number:1']);
  });

  it('ends a comment where PostgreSQL ends it: also at a carriage return', () => {
    expect(kinds('1 --\r, 2')).toEqual(['number:1', 'comment:--', 'punctuation:,', 'number:2']);
  });

  it('takes a no-break space for a letter, as both servers do', () => {
    expect(kinds('\u00a0$$ , f(1), \u00a0$$')).toEqual([
      'word:\u00a0$$',
      'punctuation:,',
      'word:f',
      'punctuation:(',
      'number:1',
      'punctuation:)',
      'punctuation:,',
      'word:\u00a0$$',
    ]);
    expect(kinds('5 --\u00a0a', 'mysql')).toEqual(['number:5', 'operator:--', 'word:\u00a0a']);
  });

  it('reads on with backslashes in a string that goes on in the next line', () => {
    const string = "E'a' -- b\n 'c\\''";
    expect(kinds(`${string}, f /*'*/`)).toEqual([
      `string:${string}`,
      'punctuation:,',
      'word:f',
      "comment:/*'*/",
    ]);
  });

  it('takes a comment that MySQL or MariaDB runs for code', () => {
    expect(kinds('/*M!100100 INTO @a */', 'mysql')).toEqual(['operator:/*M!100100 INTO @a */']);
    expect(kinds('/*! DELETE FROM t */', 'mysql')).toEqual(['operator:/*! DELETE FROM t */']);
    expect(kinds('/*! DELETE FROM t */')).toEqual(['comment:/*! DELETE FROM t */']);
  });

  it.each(["'abc", "E'a\\'", '"abc', '$$ abc', '$a$ abc $b$', '/* a /* b */'])(
    'knows that %s never ends',
    (sql) => {
      expect(tokenize(sql).at(-1)?.kind).toBe('unterminated');
    },
  );

  it('covers any text without a gap, an overlap or an error', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '`',
      '$',
      '$$',
      '$1',
      '--',
      '/*',
      '*/',
      '\n',
      ';',
      'a',
      '1',
      '\\',
      '?',
      ':x',
      'é',
      ' ',
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom<Dialect>('postgres', 'mysql'), (sql, dialect) => {
        let end = 0;
        for (const token of tokenize(sql, dialect)) {
          expect(sql.slice(end, token.start).trim()).toBe('');
          expect(sql.slice(token.start, token.end)).toBe(token.text);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
        expect(sql.slice(end).trim()).toBe('');
      }),
    );
  });

  it('reads a megabyte in less than a second', () => {
    const sql = `SELECT '${"it''s ".repeat(150_000)}' /* ${'/* '.repeat(1000)}`;
    const started = performance.now();
    expect(tokenize(sql).at(-1)?.kind).toBe('unterminated');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
