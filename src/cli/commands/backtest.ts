import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command.ts';
import { countOf } from '../count-of.ts';
import type { Flags } from '../handlers/backtest.ts';
import { withTarget } from '../target-options.ts';

/** `skene backtest <loop>` */
export function define(command: Command, context: CommandContext): void {
  withTarget(command.argument('<loop>', 'the id of the loop'))
    .option('--days <number>', 'how far back', countOf, 30)
    .option('--users <number>', 'the most users that are looked at', countOf, 1_000)
    .option('--time <table=column>', 'the column that says when a row was written', timeColumn, {})
    .option('--against <ref>', 'also run the config as it is at this git ref, and show the difference')
    .addHelpText(
      'after',
      '\nReplays the rows of your own database through a loop, in virtual time, and says who would have entered, been mailed and been\nstopped, and when. The database is only read; emails go nowhere, custom actions do nothing. Queries are put to a local PostgreSQL, those of MySQL translated.\n\nExamples:\n  skene backtest activation\n  skene backtest activation --days 14 --against main',
    )
    .action(async (loop: string, flags: Flags) => {
      const { handle } = await import('../handlers/backtest.ts');
      await handle(loop, flags, context);
    });
}

function timeColumn(text: string, before: Record<string, string>): Record<string, string> {
  const [table = '', column = ''] = text.split('=');
  if (table === '' || column === '')
    throw new InvalidArgumentError('Write table=column, such as users=joined_on.');
  return { ...before, [table]: column };
}
