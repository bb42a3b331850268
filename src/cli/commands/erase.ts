import type { Command } from 'commander';
import { createOperations, eraseSubject } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { type DeploymentFlags, deploymentEnv, withDeployment } from '../target.ts';

/** `skene erase <subject>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  withDeployment(command.argument('<subject>', 'the id of the user'))
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      '\nEnds their runs and removes every key about them. Addresses that must not be mailed stay so, as hashes.\n\nExamples:\n  skene export user_41 > user_41.json\n  skene erase user_41 --yes',
    )
    .action(async (subject: string, { yes = false, ...flags }: DeploymentFlags & { yes?: boolean }) => {
      const operations = createOperations(await deploymentEnv(flags));
      if (!(await confirmed(`Erase everything about ${subject}? This cannot be undone.`, { yes })))
        return exit(EXIT.problems);
      const runs = await eraseSubject(subject, operations);
      terminal.out(
        flags.json ? JSON.stringify({ subject, runs }) : `${subject} was erased, with ${runs} runs.`,
      );
      exit(EXIT.ok);
    });
}
