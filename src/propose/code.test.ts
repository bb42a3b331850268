import { describe, expect, it } from 'vitest';
import { entry, list, literal, object, print } from './code.ts';

describe('the code of a config', () => {
  it('keeps what is short on a line, and breaks what has a comment', () => {
    const short = object(entry('type', literal('event')), entry('name', literal('a')));
    expect(print(short)).toBe("{ type: 'event', name: 'a' }");
    expect(print(object(entry('a', short), entry('b', list(literal(1)), ['Why.'])))).toBe(
      "{\n  a: { type: 'event', name: 'a' },\n  // Why.\n  b: [\n    1,\n  ],\n}",
    );
  });

  it.each(["it's", 'a `quoted` name', "both ' and `", 'a ${placeholder}', 'a back\\slash and\na new line'])(
    'writes %j so that it is read as it was',
    (text) => {
      const written = print(literal(text));
      expect(new Function(`return ${written}`)()).toBe(text);
    },
  );

  it('never lets a comment end before its line does', () => {
    const noted = object(entry('a', literal(1), ['INSERT \r\nprocess.exit()']));
    expect(print(noted)).toBe('{\n  // INSERT  process.exit()\n  a: 1,\n}');
  });

  it('quotes a key that is no name', () => {
    expect(print(object(entry('app.users', literal(true))))).toBe("{ 'app.users': true }");
  });
});
