import { describe, expect, it } from 'vitest';
import { requireShallow } from './nesting.ts';

const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + 1 + '}'.repeat(depth));

describe('requireShallow', () => {
  it('takes what can be written again, and refuses what is deeper', () => {
    expect(() => requireShallow(nested(100))).not.toThrow();
    expect(() => requireShallow(nested(101))).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('does not fall over what is as deep as a body can be', () => {
    expect(() => requireShallow(nested(150_000))).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
  });
});
