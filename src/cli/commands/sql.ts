import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene sql <statement>` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('<statement>', 'one SQL statement')
    .option('--json', 'print the rows as JSON')
    .addHelpText(
      'after',
      '\nRuns on the database of the local stack in this folder; psql works just as well.\n\nExamples:\n  skene sql "select * from users"',
    )
    .action(async (statement: string, flags: { json?: boolean }) => {
      const { handle } = await import('../handlers/sql.ts');
      await handle(statement, flags, context);
    });
}
