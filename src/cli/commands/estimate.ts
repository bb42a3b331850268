import { type Command, InvalidArgumentError } from 'commander';
import { USUAL_TRAFFIC } from '../../estimate/traffic.ts';
import type { CommandContext } from '../command.ts';
import type { Flags } from '../handlers/estimate.ts';

/** `skene estimate [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--signups <number>', 'who sign up in a month', amount, 1_000)
    .option('--users <number>', 'users there are; as many as sign up in a month unless told', amount)
    .option(
      '--dormant <share>',
      'of them, who are in the audience of a loop with a schedule',
      share,
      USUAL_TRAFFIC.dormant,
    )
    .option('--active <share>', 'of those a loop waits for, who do it', share, USUAL_TRAFFIC.active)
    .option('--requests <number>', 'requests to gated routes in a month', amount, USUAL_TRAFFIC.requests)
    .option('--blocked <share>', 'of the users, who reach their limit', share, USUAL_TRAFFIC.blocked)
    .option('--starts <loop=number>', 'how often a loop starts, where not once for each sign-up', starts, {})
    .option('--prices <file>', 'a price table of your own, as JSON')
    .option('--print-prices', 'print the price table that is built in, and nothing else')
    .option('--json', 'print JSON, the price table included')
    .addHelpText(
      'after',
      '\nShares are written 5% or 0.05; a month has 30 days.\n\nExamples:\n  skene estimate --signups 100000 --dormant 5%\n  skene estimate --users 20000 --requests 3000000 --blocked 2%\n  skene estimate --print-prices > prices.json && skene estimate --prices prices.json',
    )
    .action(async (path: string, flags: Flags) => {
      const { handle } = await import('../handlers/estimate.ts');
      await handle(path, flags, context);
    });
}

function amount(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

function share(text: string): number {
  const [, number = '', percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = number === '' ? Number.NaN : Number(number) / (percent === '%' ? 100 : 1);
  if (!(value <= 1)) throw new InvalidArgumentError('Write a share from 0 to 1, or 0% to 100%.');
  return value;
}

function starts(text: string, before: Record<string, number>): Record<string, number> {
  const [, loop = '', count = ''] = /^(.+)=(\d{1,12})$/.exec(text) ?? [];
  if (loop === '') throw new InvalidArgumentError('Write loop=number, such as activation=5000.');
  return { ...before, [loop]: Number(count) };
}
