import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { LoginFlags } from '../handlers/login.ts';

/** `skene login <url>` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('<url>', 'where it is deployed, with the path at which your app mounts the functions, if any')
    .option('--token-stdin', 'read the token from standard input')
    .option('--json', 'print one JSON document: { url, folder, namespace, loops, findings }')
    .addHelpText(
      'after',
      `
The token is the SKENE_SECRET of the deployment: asked for, or taken from SKENE_TOKEN or standard input. It is kept in
~/.config/skene/credentials.json ($XDG_CONFIG_HOME/skene), which nobody else may read, and never printed.
From then on the commands know the address and the secret of the deployment in this folder, and in those below it.

Examples:
  skene login https://app.example.com
  skene login app.example.com/growth
  vault read -field=secret skene | skene login app.example.com --token-stdin`,
    )
    .action(async (text: string, flags: LoginFlags) => {
      const { handle } = await import('../handlers/login.ts');
      await handle(text, flags, context);
    });
}
