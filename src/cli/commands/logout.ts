import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene logout [url]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[url]', 'the deployment; the one that this folder is linked to unless told')
    .option('--json', 'print one JSON document: { url, folders }')
    .addHelpText(
      'after',
      '\nForgets the token of a deployment, and every folder that is linked to it. The deployment itself is not touched: a token that has become\nknown to somebody is ended by another SKENE_SECRET.\n\nExamples:\n  skene logout\n  skene logout https://app.example.com',
    )
    .action(async (text: string | undefined, flags: { json?: boolean }) => {
      const { handle } = await import('../handlers/logout.ts');
      await handle(text, flags, context);
    });
}
