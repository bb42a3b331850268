import { describe, expect, it } from 'vitest';
import { compileGlob, matchesRoute } from './route.ts';

const isGated = (glob: string, path: string, method = 'POST') =>
  matchesRoute({ method: 'POST', matches: compileGlob(glob) }, { method, path });

describe('an endpoint glob', () => {
  it.each([
    ['/api/features/*', '/api/features/export'],
    ['/api/features/*', '/api/features/export/'],
    ['/api/features/*', '/api/features/export?x=/../y'],
    ['/api/features/*', '/api/features/%F0%9F%A6%8A'],
    ['/api/**', '/api'],
    ['/api/**', '/api/a/b/c'],
    ['/api/**/export', '/api/export'],
    ['/api/**/export', '/api/a/export/b/export'],
    ['/api/*/export', '/api/a/export'],
    ['/api/export-*.csv', '/api/export-2026.csv'],
    ['/api/a*b*c', '/api/aXbYc'],
    ['/', '/'],
    ['/**', '/anything/at/all'],
    ['/api/v1.*', '/api/v1.2'],
  ])('%s is for %s', (glob, path) => {
    expect(isGated(glob, path)).toBe(true);
  });

  it.each([
    ['/api/features/*', '/api/features'],
    ['/api/features/*', '/api/features/a/b'],
    ['/api/features/*', '/api/feature/a'],
    ['/api/*/export', '/api/a/b/export'],
    ['/api/**/export', '/api/a/exports'],
    ['/api/export-*.csv', '/api/export-2026.json'],
    ['/api/a*b*c', '/api/aXcYb'],
    ['/api/ab*ba', '/api/aba'],
    ['/', '/a'],
    ['/api/v1.*', '/api/v2.0'],
  ])('%s is not for %s', (glob, path) => {
    expect(isGated(glob, path)).toBe(false);
  });

  it('is not passed by spelling its path in another way', () => {
    const spellings = [
      '/api//features/export',
      '//api/features/export',
      '/./api/features/./export',
      '/api/other/../features/export',
      '/api/features/x/../export',
      '/API/Features/EXPORT',
      '/api/features/export.',
      '/api/features./export',
      '/api/features/export%20',
      '/api/features/export%00',
      '/api/features/export;v=1',
      '/api;x/features;y/export',
      '/api/features%2Fexport',
      '/api%2ffeatures%2fexport',
      '/api/features%252Fexport',
      '/api/features%25252Fexport',
      '/api/%66eatures/export',
      '/api/%2566eatures/export',
      '/api/other/%2e%2e/features/export',
      '/api/other/%2E./features/export',
      '/api/other/%252e%252e/features/export',
      '/api/other/..;/features/export',
      '/api/other%2f..%2ffeatures/export',
      '\\api\\features\\export',
      '/api\\features/export',
      '/api/features%5Cexport',
      '/api/features/../../api/features/export',
      '/../../api/features/export',
      '/api/features%2F%ff',
      '/ａｐｉ/features/export',
      '/api/fea\u200btures/export',
      '/api/features/..',
      '/api/features/%2e%2e',
      '/api/features/../other/export',
    ];
    // The last three are those of a server that takes dots for names.
    expect(spellings.filter((path) => !isGated('/api/features/**', path))).toEqual([]);
    expect(spellings.slice(0, -3).filter((path) => !isGated('/api/features/*', path))).toEqual([]);
  });

  it('takes a path of 16 kB as fast as any, whatever is in it', () => {
    const globs = ['/**/x/**/y/**/z', '/**/a/**/b', '/a*a*a*a*b'];
    const paths = [
      '/x/y'.repeat(4_000),
      '/a'.repeat(8_000),
      `/${'a'.repeat(16_000)}`,
      `/${'%25'.repeat(5_000)}`,
      `/${'.'.repeat(16_000)}x`,
    ];
    const startedAt = performance.now();
    for (const glob of globs) for (const path of paths) expect(isGated(glob, path)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('a method', () => {
  it.each([
    ['POST', 'POST', true],
    ['POST', 'post', true],
    ['POST', 'GET', false],
    ['GET', 'HEAD', true],
    ['HEAD', 'GET', false],
    ['*', 'PURGE', true],
  ])('of a rule for %s and a request with %s: %s', (method, asked, isFor) => {
    const rule = { method, matches: compileGlob('/a') };
    expect(matchesRoute(rule, { method: asked, path: '/a' })).toBe(isFor);
  });
});
