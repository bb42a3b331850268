import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { testKinds, typeTests } from '../../vitest.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kinds = { ...testKinds, types: { files: typeTests } };

const testFiles = ['src', 'workflows', 'api', 'scripts', 'test', 'bench']
  .flatMap((folder) => {
    const inside = readdirSync(root).includes(folder)
      ? readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
      : [];
    return inside.map((file) => `${folder}/${file}`);
  })
  .filter((file) => /\.(test|spec|test-d)\.[cm]?[jt]sx?$/.test(file))
  .filter((file) => !file.startsWith('test/house/violations/') && !file.includes('/node_modules/'));

describe('the kinds of tests', () => {
  it.each(Object.entries(kinds))('%s has test files', (_, { files }) => {
    expect(testFiles.filter((file) => picomatch(files)(file))).not.toEqual([]);
  });

  it.each(testFiles)('%s belongs to exactly one kind', (file) => {
    expect(Object.values(kinds).filter(({ files }) => picomatch(files)(file))).toHaveLength(1);
  });
});
