import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspectRepository } from '../../inspect/index.ts';
import { assistantPrompt, cursorRule, mergeSection } from '../../propose/index.ts';
import { ASSISTANT_FILES } from '../assistant-files.ts';
import type { CommandContext } from '../command.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene prompt`. */
export interface PromptFlags {
  app?: string;
  cursor?: boolean;
  agents?: boolean;
}

/** What `skene prompt` does. */
export async function handle(
  path: string,
  { app, cursor = false, agents = false }: PromptFlags,
  { terminal }: CommandContext,
): Promise<void> {
  const inspection = await inspectRepository(path, app);
  const prompt = assistantPrompt(inspection);
  if (!cursor && !agents) terminal.out(prompt.trimEnd());
  const file = (name: string) => join(inspection.root, name);
  if (cursor) await writeText(file(ASSISTANT_FILES.cursor), cursorRule(inspection), terminal);
  if (agents)
    await writeText(
      file(ASSISTANT_FILES.agents),
      mergeSection(await textOf(file(ASSISTANT_FILES.agents)), prompt),
      terminal,
    );
}

async function textOf(file: string): Promise<string> {
  return existsSync(file) ? readFile(file, 'utf8') : '';
}

async function writeText(file: string, text: string, { out }: Terminal): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  out(file);
}
