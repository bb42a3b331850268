import type { Command } from 'commander';
import { createOperations, exportSubject } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { type DeploymentFlags, deploymentEnv, withDeployment } from '../target.ts';

/** `skene export <subject>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  withDeployment(command.argument('<subject>', 'the id of the user'))
    .addHelpText(
      'after',
      '\nPrints everything that is kept about somebody as JSON. What your own database says of them is not in it.\n\nExample:\n  skene export user_41 > user_41.json',
    )
    .action(async (subject: string, flags: DeploymentFlags) => {
      const found = await exportSubject(subject, createOperations(await deploymentEnv(flags)));
      terminal.out(JSON.stringify(found, undefined, 2));
      exit(EXIT.ok);
    });
}
