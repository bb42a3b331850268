import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderOf } from './example.ts';

const examples = readdirSync(fileURLToPath(new URL('../../examples', import.meta.url)));
const seeds = fileURLToPath(new URL('../fixtures/seeds', import.meta.url));

describe.each(examples)('examples/%s', (name) => {
  const read = (file: string) => readFileSync(`${folderOf(name)}/${file}`, 'utf8');

  it('has the loops of its stack as they were promised, character by character', () => {
    // One was promised with an apostrophe that ends its string.
    const mended = `${seeds}/mended/${name}.skene.config.ts`;
    const promised = existsSync(mended) ? mended : `${seeds}/${name}.skene.config.ts`;
    expect(read('skene.config.ts')).toBe(readFileSync(promised, 'utf8'));
  });

  it('locks its packages, and names no registry', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const sources = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    expect(sources.map((source) => source.replace(/^file:/, ''))).toEqual(['../..']);
  });

  it('is explained on one screen', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(60);
  });

  it('is tested from outside', () => {
    expect(readdirSync(fileURLToPath(new URL('.', import.meta.url)))).toContain(`${name}.test.ts`);
  });
});
