import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What is measured: the SDK's entry and every function, relative to `root`, with `/`. */
export function entriesOf(root: string): string[] {
  const functions = existsSync(join(root, 'api'))
    ? readdirSync(join(root, 'api'), { recursive: true, encoding: 'utf8' })
    : [];
  return [
    'src/index.ts',
    ...functions
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `api/${file.split(sep).join('/')}`)
      .sort(),
  ];
}
