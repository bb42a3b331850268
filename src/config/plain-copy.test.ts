import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainCopy } from './plain-copy.ts';

describe('plainCopy', () => {
  it('copies any JSON as it is', () => {
    const value = fc.jsonValue({ maxDepth: 5 }).filter((json) => !JSON.stringify(json).includes('__proto__'));
    fc.assert(
      fc.property(value, (json) => {
        expect(plainCopy(json)).toEqual({ value: json });
      }),
    );
  });

  it('keeps functions, Infinity and undefined, and reads the members of an instance', () => {
    const run = () => 1;
    class Settings {
      a = 1;
      get b() {
        return 2;
      }
    }
    expect(
      plainCopy({ run, limit: Number.POSITIVE_INFINITY, nothing: undefined, settings: new Settings() }),
    ).toEqual({
      value: { run, limit: Number.POSITIVE_INFINITY, nothing: undefined, settings: { a: 1 } },
    });
  });

  it('takes the same object in two places for what it is', () => {
    const shared = { a: 1 };
    expect(plainCopy({ one: shared, two: [shared] })).toEqual({ value: { one: { a: 1 }, two: [{ a: 1 }] } });
  });

  it('says where an object is a part of itself', () => {
    const circle: Record<string, unknown> = {};
    circle.list = [{ circle }];
    expect(plainCopy(circle)).toMatchObject({
      problem: { path: ['list', 0, 'circle'], message: expect.stringContaining('part of') },
    });
  });

  it('says where a getter or a proxy throws', () => {
    const exported = {
      a: {
        get b(): never {
          throw new Error('boom');
        },
      },
    };
    expect(plainCopy(exported)).toMatchObject({
      problem: { path: ['a', 'b'], message: 'cannot be read: boom' },
    });
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no keys');
        },
      },
    );
    expect(plainCopy([proxy])).toMatchObject({ problem: { path: [0], message: 'cannot be read: no keys' } });
  });

  it('refuses a key __proto__, a promise, and what is nested without end', () => {
    expect(plainCopy(JSON.parse('{"a":{"__proto__":{"x":1}}}'))).toMatchObject({ problem: { path: ['a'] } });
    expect(plainCopy({ loops: Promise.resolve([]) })).toMatchObject({
      problem: { path: ['loops'], message: 'is a promise' },
    });
    let nested: unknown = 0;
    for (let depth = 0; depth < 50_000; depth += 1) nested = [nested];
    expect(plainCopy(nested)).toMatchObject({ problem: { message: 'is nested more than 100 deep' } });
  });
});
