import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { references } from '../../scripts/docs/references.ts';
import { root } from './code-blocks.ts';

const made = await references();

describe('the references', () => {
  it.each(Object.keys(made))('%s is as `npm run docs:reference` makes it', (page) => {
    expect(readFileSync(join(root, page), 'utf8')).toBe(made[page]);
  });

  it('say of every key and every variable what it is', () => {
    const silent = Object.entries(made).flatMap(([page, text]) =>
      text
        .split('\n')
        .filter((line) => /^\| `.*\|\s*\|$/.test(line))
        .map((line) => `${page}: ${line}`),
    );
    expect(silent).toEqual([]);
  });
});
