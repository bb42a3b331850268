import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { inspectRepository } from '../../inspect/index.ts';
import { assistantPrompt, cursorRule, mergeSection } from '../../propose/index.ts';
import type { CommandContext } from '../command.ts';
import type { Terminal } from '../terminal.ts';

interface PromptFlags {
  app?: string;
  cursor?: boolean;
  agents?: boolean;
}

const CURSOR_FILE = '.cursor/rules/skene.mdc';
const AGENTS_FILE = 'AGENTS.md';

/** `skene prompt [path] [--cursor] [--agents]` */
export function define(command: Command, { terminal }: CommandContext): void {
  command
    .argument('[path]', 'the folder of your application, or of the monorepo it is in', '.')
    .option('--app <folder>', 'which application of a monorepo, from its root')
    .option('--cursor', `write it as a rule of Cursor: ${CURSOR_FILE}`)
    .option('--agents', `put it into ${AGENTS_FILE}, between markers; the rest of the file stays as it is`)
    .addHelpText(
      'after',
      '\nExamples:\n  skene prompt | pbcopy\n  skene prompt --cursor\n  skene prompt --agents\n\nIt has what was found in the repository, with places, and the exact grammar of skene.config.ts.',
    )
    .action(async (path: string, { app, cursor = false, agents = false }: PromptFlags) => {
      const inspection = await inspectRepository(path, app);
      const prompt = assistantPrompt(inspection);
      if (!cursor && !agents) terminal.out(prompt.trimEnd());
      const file = (name: string) => join(inspection.root, name);
      if (cursor) await writeText(file(CURSOR_FILE), cursorRule(inspection), terminal);
      if (agents)
        await writeText(file(AGENTS_FILE), mergeSection(await textOf(file(AGENTS_FILE)), prompt), terminal);
    });
}

async function textOf(file: string): Promise<string> {
  return existsSync(file) ? readFile(file, 'utf8') : '';
}

async function writeText(file: string, text: string, { out }: Terminal): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  out(file);
}
