import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { Flags } from '../handlers/explain.ts';
import { withTarget } from '../target-options.ts';

/** `skene explain <subject>` */
export function define(command: Command, context: CommandContext): void {
  withTarget(command.argument('<subject>', 'the id of the user'))
    .option('--loop <id>', 'only this loop')
    .addHelpText(
      'after',
      '\nReads the loops of this folder, what the deployment remembers and the database; changes nothing.\n\nExamples:\n  skene explain 41 --local\n  skene explain user_41 --loop win-back',
    )
    .action(async (subject: string, flags: Flags) => {
      const { handle } = await import('../handlers/explain.ts');
      await handle(subject, flags, context);
    });
}
