import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { DoctorFlags } from '../handlers/doctor.ts';

/** `skene doctor [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--deployed',
      'ask the deployment that skene login has linked: its own variables, accounts and clock',
    )
    .option('--json', 'print the findings as JSON')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'look at the local stack that runs in this folder')
    .addHelpText(
      'after',
      '\nWith the variables of this machine, unless told. --deployed leaves out the queries, which are asked from here.\n\nExamples:\n  skene doctor\n  skene doctor --local\n  skene doctor --deployed   # after skene login',
    )
    .action(async (path: string, flags: DoctorFlags) => {
      const { handle } = await import('../handlers/doctor.ts');
      await handle(path, flags, context);
    });
}
