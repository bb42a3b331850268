import { describe, expect, it } from 'vitest';
import { authorPath, formatPath } from './path.ts';

describe('authorPath', () => {
  const path = ['loops', 1, 'steps', 0, 'delay'];

  it('leaves a path into defineConfig as it is', () => {
    expect(authorPath(path, 'config')).toEqual(path);
  });

  it('begins with the index where an array is exported, and within the loop where one loop is', () => {
    expect(authorPath(path, 'array')).toEqual([1, 'steps', 0, 'delay']);
    expect(authorPath(path, 'loop')).toEqual(['steps', 0, 'delay']);
  });
});

describe('formatPath', () => {
  it('writes a path as code', () => {
    expect(formatPath(['loops', 1, 'steps', 0, 'delay'])).toBe('loops[1].steps[0].delay');
    expect(formatPath([1, 'steps'])).toBe('[1].steps');
    expect(formatPath([])).toBe('');
  });
});
