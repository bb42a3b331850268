import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Entry } from './measure.ts';

/** The gate runs in front of every request, on the edge too: it is measured with its Redis client, and alone. */
const GATE: readonly Entry[] = [
  { entry: 'src/gate/index.ts' },
  { entry: 'src/gate/gate.ts', without: ['src/gate/store.ts'] },
];

/** What is measured in `root`: the SDK's entry, the gate, and every function, once per kind of database where it asks one. */
export function entriesOf(root: string): Entry[] {
  const functions = existsSync(join(root, 'api'))
    ? readdirSync(join(root, 'api'), { recursive: true, encoding: 'utf8' })
    : [];
  return [
    { entry: 'src/index.ts' },
    ...GATE.filter(({ entry }) => existsSync(join(root, entry))),
    ...functions
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `api/${file.split(sep).join('/')}`)
      .sort()
      .flatMap((entry) => variantsOf(entry, root)),
  ];
}

function variantsOf(entry: string, root: string): Entry[] {
  const asksDatabase = readFileSync(join(root, entry), 'utf8').includes('/compiled/database.ts');
  return asksDatabase ? providersOf(root).map((database) => ({ entry, database })) : [{ entry }];
}

/** `any` is for the command line: it reaches every driver. */
function providersOf(root: string): string[] {
  const openers = readdirSync(join(root, 'src/databases/open'));
  return openers
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((provider) => provider !== 'any')
    .sort();
}
