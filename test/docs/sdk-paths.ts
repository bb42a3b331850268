import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './code-blocks.ts';

/** The source file of each entry of the package, by the name under which an app imports it. */
export function sdkPaths(): Record<string, [string]> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string } | string>;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([entry, target]) => {
      if (typeof target === 'string' || target.types === undefined) return [];
      const source = target.types.replace('./dist/', `${root}/`).replace(/\.d\.ts$/, '.ts');
      return [[`@skene/sdk${entry.slice(1)}`, [source]]];
    }),
  );
}
