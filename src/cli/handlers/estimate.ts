import { readFileSync } from 'node:fs';
import { EnvError, messageOf } from '../../errors/index.ts';
import {
  type Estimate,
  estimate,
  type PriceTable,
  parsePrices,
  type Traffic,
  USUAL_PRICES,
} from '../../estimate/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { plansOf, requireDeployment } from '../require-deployment.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene estimate`. */
export interface Flags extends Omit<Traffic, 'users'> {
  users?: number;
  prices?: string;
  printPrices?: boolean;
  json?: boolean;
}

/** What `skene estimate` does. */
export async function handle(path: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
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
