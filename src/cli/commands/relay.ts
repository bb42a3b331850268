import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene relay [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--database-url <url>',
      'instead of the variable the config names; a direct connection, not a pooler',
    )
    .addHelpText(
      'after',
      '\nCarries changed rows to their runs: as they are committed where PostgreSQL tells of them, within a second or so where the\ndatabase is polled. Any number may run. A database that goes away is waited for; one that is not there at the start, or lacks\nits triggers, ends the command with 1.\n\nExamples:\n  skene relay\n  skene relay --database-url postgres://skene@db.internal/app',
    )
    .action(async (path: string, flags: { databaseUrl?: string }) => {
      const { handle } = await import('../handlers/relay.ts');
      await handle(path, flags, context);
    });
}
