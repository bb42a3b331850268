import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { EnvError, messageOf } from '../../errors/index.ts';
import {
  type Estimate,
  estimate,
  type PriceTable,
  parsePrices,
  type Traffic,
  USUAL_PRICES,
  USUAL_TRAFFIC,
} from '../../estimate/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { plansOf, requireDeployment } from '../require-deployment.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends Omit<Traffic, 'users'> {
  users?: number;
  prices?: string;
  printPrices?: boolean;
  json?: boolean;
}

/** `skene estimate [path]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
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
      if (flags.printPrices) {
        terminal.out(JSON.stringify(USUAL_PRICES, undefined, 2));
        return exit(EXIT.ok);
      }
      loadEnvironment(path);
      const deployment = await requireDeployment(path, terminal);
      for (const loop of Object.keys(flags.starts)) plansOf(deployment, loop);
      const prices = flags.prices === undefined ? USUAL_PRICES : readPrices(flags.prices);
      const traffic: Traffic = { ...flags, users: flags.users ?? flags.signups };
      const found = estimate(deployment, traffic, prices);
      if (flags.json) terminal.out(JSON.stringify({ ...found, prices }, undefined, 2));
      else printEstimate(found, prices, terminal);
      exit(EXIT.ok);
    });
}

function printEstimate(
  { loops, drain, gate, ...totals }: Estimate,
  prices: PriceTable,
  terminal: Terminal,
): void {
  const { out, colors } = terminal;
  printTable(
    [
      ['loop', 'runs', 'messages', 'Redis commands', 'emails'],
      ...loops.map((use) => [use.loop, ...[use.runs, use.messages, use.commands, use.emails].map(shown)]),
      ...(drain.messages > 0 ? [['(changed rows)', '', shown(drain.messages)]] : []),
      ...(gate.decisions > 0 ? [['(gate)', shown(gate.decisions), '', shown(gate.commands)]] : []),
    ],
    terminal,
  );
  out();
  const amounts = [totals.messages, totals.commands, totals.invocations, totals.emails];
  const units = ['messages', 'commands', 'invocations', 'emails'];
  printTable(
    [
      ['service', 'in a month', '', 'plan', 'dollars'],
      ...totals.bills.map(({ service, plan, dollars }, index) => [
        service,
        shown(amounts[index] ?? 0),
        units[index] ?? '',
        plan ?? 'none of the table',
        plan === undefined ? '?' : dollars.toFixed(2),
      ]),
      ['together', '', '', '', totals.dollars.toFixed(2)],
    ],
    terminal,
  );
  for (const notice of totals.notices) out(colors.yellow(`! ${notice}`));
  out(colors.dim('What is taken to be so:'));
  for (const assumption of totals.assumptions) out(colors.dim(`  ${assumption}`));
  out(colors.dim(`Prices of ${prices.date}, in US dollars:`));
  for (const assumption of prices.assumptions) out(colors.dim(`  ${assumption}`));
}

function readPrices(file: string): PriceTable {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EnvError('USAGE', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return parsePrices(text, file);
}

function shown(amount: number): string {
  return Math.round(amount).toLocaleString('en-US');
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
