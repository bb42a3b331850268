import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The pages that people read, from the root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(`${root}/examples`)
    .map((name) => `examples/${name}/README.md`)
    .filter((page) => existsSync(`${root}/${page}`)),
].sort();

/** A block of code of a page. */
export interface CodeBlock {
  page: string;
  /** The line on which it begins, from 1. */
  line: number;
  language: string;
  /** What is said of it after its language: the name of a file, or how it is to be run. */
  about: string;
  code: string;
}

/** The fenced blocks of a page. */
export function blocksOf(page: string): CodeBlock[] {
  const text = readFileSync(`${root}/${page}`, 'utf8');
  return [...text.matchAll(/^ *```(\w*) ?([^\n]*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: language = '', 2: about = '', 3: code = '' }) => ({
      page,
      line: text.slice(0, index).split('\n').length,
      language,
      about,
      code,
    }),
  );
}
