import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { type DeploymentFlags, withDeployment } from '../target-options.ts';

/** `skene export <subject>` */
export function define(command: Command, context: CommandContext): void {
  withDeployment(command.argument('<subject>', 'the id of the user'))
    .addHelpText(
      'after',
      '\nPrints everything that is kept about somebody as JSON. What your own database says of them is not in it.\n\nExample:\n  skene export user_41 > user_41.json',
    )
    .action(async (subject: string, flags: DeploymentFlags) => {
      const { handle } = await import('../handlers/export.ts');
      await handle(subject, flags, context);
    });
}
