import type { Command } from 'commander';
import { ASSISTANT_FILES } from '../assistant-files.ts';
import type { CommandContext } from '../command.ts';
import type { PromptFlags } from '../handlers/prompt.ts';

/** `skene prompt [path] [--cursor] [--agents]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the folder of your application, or of the monorepo it is in', '.')
    .option('--app <folder>', 'which application of a monorepo, from its root')
    .option('--cursor', `write it as a rule of Cursor: ${ASSISTANT_FILES.cursor}`)
    .option(
      '--agents',
      `put it into ${ASSISTANT_FILES.agents}, between markers; the rest of the file stays as it is`,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  skene prompt | pbcopy\n  skene prompt --cursor\n  skene prompt --agents\n\nIt has what was found in the repository, with places, and the exact grammar of skene.config.ts.',
    )
    .action(async (path: string, flags: PromptFlags) => {
      const { handle } = await import('../handlers/prompt.ts');
      await handle(path, flags, context);
    });
}
