import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { Flags } from '../handlers/check.ts';

/** `skene check [path] [--json] [--database]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--json', 'print one JSON document: { file, ok, issues }, and with --database its findings')
    .option(
      '--database',
      'ask the database every query too, and whether it answers with what emails speak of',
    )
    .option('--database-url <url>', 'with --database: instead of the variable the config names')
    .option('--local', 'with --database: that of the local stack that runs in this folder')
    .addHelpText(
      'after',
      '\nExamples:\n  skene check\n  skene check examples/nestjs/skene.config.ts\n  skene check --json | jq .issues\n  skene check --database\n\nTables and columns are held against the Prisma schema, SQL migrations or models of the repository, where it has some.',
    )
    .action(async (path: string, flags: Flags) => {
      const { handle } = await import('../handlers/check.ts');
      await handle(path, flags, context);
    });
}
