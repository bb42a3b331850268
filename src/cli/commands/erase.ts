import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { type DeploymentFlags, withDeployment } from '../target-options.ts';

/** `skene erase <subject>` */
export function define(command: Command, context: CommandContext): void {
  withDeployment(command.argument('<subject>', 'the id of the user'))
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      '\nEnds their runs and removes every key about them. Addresses that must not be mailed stay so, as hashes.\n\nExamples:\n  skene export user_41 > user_41.json\n  skene erase user_41 --yes',
    )
    .action(async (subject: string, flags: DeploymentFlags & { yes?: boolean }) => {
      const { handle } = await import('../handlers/erase.ts');
      await handle(subject, flags, context);
    });
}
