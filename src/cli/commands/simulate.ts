import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { countOf } from '../count-of.ts';
import type { Flags } from '../handlers/simulate.ts';
import { withTarget } from '../target-options.ts';

/** `skene simulate <loop>` */
export function define(command: Command, context: CommandContext): void {
  withTarget(command.argument('<loop>', 'the id of the loop'))
    .option('--limit <number>', 'the most users that are looked at', countOf, 10_000)
    .addHelpText(
      'after',
      '\nLooks at the real database and at what the deployment remembers, as a run or a pass would now; writes and sends nothing.\n\nExamples:\n  skene simulate win-back\n  skene simulate activation --limit 500 --json',
    )
    .action(async (loop: string, flags: Flags) => {
      const { handle } = await import('../handlers/simulate.ts');
      await handle(loop, flags, context);
    });
}
