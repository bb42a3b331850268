import { fileURLToPath } from 'node:url';
import { commandsReference } from './commands-reference.ts';
import { configReference } from './config-reference.ts';
import { readForms } from './docstrings.ts';
import { environmentReference } from './environment-reference.ts';

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The pages that are made from the code, by their paths from the root. */
export async function references(): Promise<Record<string, string>> {
  const config = readForms([
    source('config/kept-tables.ts'),
    source('config/formats.ts'),
    source('config/schema.ts'),
  ]);
  return {
    'docs/reference/config.md': configReference(config),
    'docs/reference/commands.md': await commandsReference(),
    'docs/reference/environment.md': environmentReference(readForms([source('env/variables.ts')])),
  };
}
