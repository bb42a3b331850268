import { EnvError } from '../../errors/index.ts';
import { type LoopOutcomes, readOutcomes } from '../../outcomes/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printOutcomes } from '../print-outcomes.ts';
import { requireDeployment } from '../require-deployment.ts';
import { localNow, targetEnv } from '../target.ts';
import type { TargetFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene stats`. */
export interface Flags extends Omit<TargetFlags, 'databaseUrl'> {
  config: string;
  days: number;
  json?: boolean;
}

/** What `skene stats` does. */
export async function handle(
  loop: string | undefined,
  flags: Flags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(flags.config);
  const outcomes = await readFor(loop, flags, terminal);
  if (flags.json) terminal.out(JSON.stringify(outcomes, undefined, 2));
  else for (const one of outcomes) printOutcomes(one, terminal);
  exit(EXIT.ok);
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
