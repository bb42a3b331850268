import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command.ts';
import type { Flags } from '../handlers/stats.ts';

/** `skene stats [loop]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[loop]', 'only this loop')
    .option('--days <number>', 'how many days the counts reach back, today included', daysOf, 30)
    .option('--config <path>', 'the config, or the folder it is in', '.')
    .option('--local', 'of the local stack that runs in this folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads the loops of this folder and the counters in the Redis of the deployment (UPSTASH_REDIS_REST_URL); changes nothing.\n\nExamples:\n  skene stats --local\n  skene stats win-back --days 90 --json',
    )
    .action(async (loop: string | undefined, flags: Flags) => {
      const { handle } = await import('../handlers/stats.ts');
      await handle(loop, flags, context);
    });
}

function daysOf(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days > 0 && days <= 800) return days;
  throw new InvalidArgumentError('It is a number of days from 1 to 800.');
}
