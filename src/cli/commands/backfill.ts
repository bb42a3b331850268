import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { countOf } from '../count-of.ts';
import type { Flags } from '../handlers/backfill.ts';
import { withTarget } from '../target-options.ts';

/** `skene backfill <loop>` */
export function define(command: Command, context: CommandContext): void {
  withTarget(command.argument('<loop>', 'the id of a loop that new rows of a table start'))
    .option('--rate <number>', 'the most runs that are started in a second', countOf, 20)
    .option('--limit <number>', 'the most rows that are looked at this time', countOf, 1_000_000)
    .option('--restart', 'begin with the first row again')
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      '\nStarts the loop for rows that were written before it watched their table: their runs begin now, and may mail at once. Look before\nwith: skene simulate. Whoever has been through the loop is not started again; a backfill that is stopped goes on the next time.\n\nExamples:\n  skene simulate activation && skene backfill activation --rate 5',
    )
    .action(async (loop: string, flags: Flags) => {
      const { handle } = await import('../handlers/backfill.ts');
      await handle(loop, flags, context);
    });
}
