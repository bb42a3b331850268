import { describe, expect, it } from 'vitest';
import { globProblem } from './glob.ts';

describe('globProblem', () => {
  it.each(['/api/features/*', '/api/**', '/', '/a/*/b', '/api/v1.0/export-*', '/users/:id', '/~me/%20'])(
    '%s is right',
    (glob) => {
      expect(globProblem(glob)).toBeUndefined();
    },
  );

  it.each([
    ['api/features/*', 'slash'],
    ['', 'slash'],
    ['/api?x=1', 'query'],
    ['/api#x', 'fragment'],
    ['//api', 'empty segment'],
    ['/api/../x', 'dot segment'],
    ['/api/***', 'three stars'],
    ['/api/a**', 'whole segments'],
    ['/api/{a,b}', 'character'],
    ['/api/!(x)', 'character'],
    ['/api/a b', 'character'],
  ])('%j has a problem: %s', (glob, problem) => {
    expect(globProblem(glob)).toContain(problem);
  });
});
