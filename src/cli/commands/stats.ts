import { type Command, InvalidArgumentError } from 'commander';
import { EnvError } from '../../errors/index.ts';
import { type LoopOutcomes, readOutcomes } from '../../outcomes/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printOutcomes } from '../print-outcomes.ts';
import { requireDeployment } from '../require-deployment.ts';
import { localNow, type TargetFlags, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends Omit<TargetFlags, 'databaseUrl'> {
  config: string;
  days: number;
  json?: boolean;
}

/** `skene stats [loop]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
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
      loadEnvironment(flags.config);
      const outcomes = await readFor(loop, flags, terminal);
      if (flags.json) terminal.out(JSON.stringify(outcomes, undefined, 2));
      else for (const one of outcomes) printOutcomes(one, terminal);
      exit(EXIT.ok);
    });
}

async function readFor(loop: string | undefined, flags: Flags, terminal: Terminal): Promise<LoopOutcomes[]> {
  const { plans, database } = await requireDeployment(flags.config, terminal, flags);
  const known = [...new Set(plans.map((plan) => plan.loop))];
  if (loop !== undefined && !known.includes(loop)) {
    throw new EnvError('USAGE', `No loop is called "${loop}".`, {
      hint: `The loops are ${known.join(', ')}.`,
    });
  }
  const env = await targetEnv(flags, database);
  const state = createState({ ...env.redis, namespace: env.namespace });
  const now = await localNow(flags);
  return readOutcomes(
    { plans, state, now },
    { loops: loop === undefined ? undefined : [loop], days: flags.days },
  );
}

function daysOf(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days > 0 && days <= 800) return days;
  throw new InvalidArgumentError('It is a number of days from 1 to 800.');
}
