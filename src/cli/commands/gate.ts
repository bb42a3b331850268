import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import type { CommandContext } from '../command.ts';
import type { Flags, GiveFlags, ReconcileFlags } from '../handlers/gate.ts';

/** `skene gate show|grant|limit|reconcile` */
export function define(command: Command, context: CommandContext): void {
  const withConfig = (one: Command) =>
    one
      .option('--config <path>', 'the config, or the folder it is in', '.')
      .option('--json', 'print JSON')
      .option('--local', 'of the local stack that runs in this folder');
  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene gate show user_41\n  skene gate grant user_41 freemium 50 --for 30d --id support-1207\n  skene gate limit user_41 freemium 500\n  skene gate limit user_41 freemium none\n  skene gate reconcile',
  );

  withConfig(
    command
      .command('show')
      .argument('<subject>', 'the id of the user')
      .description("somebody's plan, and what they have used"),
  ).action(async (subject: string, flags: Flags) => {
    const { show } = await import('../handlers/gate.ts');
    await show(subject, flags, context);
  });
  withConfig(
    command
      .command('grant')
      .argument('<subject>', 'the id of the user')
      .argument('<loop>', 'the loop whose limit it is')
      .argument('<units>', 'how many more calls')
      .description('give somebody units beside their plan'),
  )
    .option('--for <duration>', 'how long they last; for good unless told', secondsOf)
    .option('--id <id>', 'names the gift: given twice, it counts once', 'by-hand')
    .action(async (...[subject, loop, amount, flags]: [string, string, string, GiveFlags]) => {
      const { grant } = await import('../handlers/gate.ts');
      await grant({ subject, loop, amount }, flags, context);
    });
  withConfig(
    command
      .command('limit')
      .argument('<subject>', 'the id of the user')
      .argument('<loop>', 'the loop whose limit it is')
      .argument('<limit>', 'a number, `unlimited`, or `none`')
      .description("give somebody a limit of their own, or their plan's again"),
  )
    .option('--for <duration>', 'how long it holds; for good unless told', secondsOf)
    .action(async (...[subject, loop, amount, flags]: [string, string, string, GiveFlags]) => {
      const { limit } = await import('../handlers/gate.ts');
      await limit({ subject, loop, amount }, flags, context);
    });
  withConfig(
    command.command('reconcile').description('compare what Redis has counted with the usage table, and mend'),
  )
    .option('--check', 'mend nothing; exit 1 when something is to be mended')
    .option('--yes', 'mend without asking')
    .option('--database-url <url>', 'instead of the variable the config names')
    .action(async (flags: ReconcileFlags) => {
      const { reconcile } = await import('../handlers/gate.ts');
      context.exit(await reconcile(flags, context.terminal));
    });
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Write a duration, such as 30d.');
  return seconds;
}
