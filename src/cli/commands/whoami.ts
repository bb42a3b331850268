import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene whoami` */
export function define(command: Command, context: CommandContext): void {
  command
    .option('--json', 'print one JSON document: { url, folder, since, namespace, loops }')
    .addHelpText(
      'after',
      '\nAsks the deployment whether it still takes the token.\n\nExamples:\n  skene whoami\n  skene whoami --json | jq -r .url',
    )
    .action(async (flags: { json?: boolean }) => {
      const { handle } = await import('../handlers/whoami.ts');
      await handle(flags, context);
    });
}
