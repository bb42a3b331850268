import { type PassCost, passCost, USUAL_PRICES } from '../../estimate/index.ts';
import { type Simulation, simulate } from '../../simulate/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { onTarget } from '../open-target.ts';
import { createProgress } from '../progress.ts';
import { plansOf } from '../require-deployment.ts';
import { localNow } from '../target.ts';
import type { OpenFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene simulate`. */
export interface Flags extends OpenFlags {
  limit: number;
}

/** A simulation, and what it would cost. */
type Costed = Simulation & { cost: PassCost };

const WORDS: Readonly<Record<string, string>> = {
  mail: 'would be mailed now',
  wait: 'would wait for the condition',
  block: 'would be blocked',
  custom: "would have the team's own action done",
  held_out: 'would get nothing',
  suppressed: 'must not be mailed',
  skipped: 'would be passed over',
};

/** What `skene simulate` does. */
export async function handle(loop: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
  const say = createProgress(terminal);
  const found = await onTarget(flags, terminal, async ({ project: { deployment }, env, database }) => {
    const state = createState({ ...env.redis, namespace: env.namespace });
    const now = await localNow(flags);
    const onProgress = (looked: number) => say(`${looked} users`);
    const context = { deployment, database, state, now, limit: flags.limit, onProgress };
    const simulations: Costed[] = [];
    for (const plan of plansOf(deployment, loop)) {
      const simulation = await simulate(plan, context);
      simulations.push({ ...simulation, cost: passCost(plan, passOf(simulation), USUAL_PRICES) });
    }
    return simulations;
  });
  if (flags.json) terminal.out(JSON.stringify(found, undefined, 2));
  else for (const simulation of found) printSimulation(simulation, terminal);
  exit(EXIT.ok);
}

function passOf({ looked, fates, messages }: Simulation) {
  const countOfFate = (outcome: string) =>
    fates.reduce((sum, fate) => sum + (fate.outcome === outcome ? fate.count : 0), 0);
  return { looked, messages, mailed: countOfFate('mail'), waiting: countOfFate('wait') };
}

function printSimulation(
  { loop, looked, isWhole, fates, messages, cost }: Costed,
  { out, colors }: Terminal,
): void {
  const extent = isWhole ? `all ${looked}` : `the first ${looked} (--limit looks at more)`;
  out(`${colors.bold(loop)}: of ${extent},`);
  for (const { outcome, reason, count, examples } of fates) {
    const why = reason === '' ? '' : ` (${reason})`;
    out(`  ${count} ${WORDS[outcome] ?? outcome}${why}`);
    const shown = examples.map(({ subject, email }) =>
      email === undefined ? subject : `${subject} <${email}>`,
    );
    out(colors.dim(`    ${shown.join(', ')}${count > examples.length ? ', ...' : ''}`));
  }
  out(`QStash would bill ${messages} messages at most.`);
  printCost(cost, { out, colors });
}

function printCost(
  { emails, commands, dollars, notices }: PassCost,
  { out, colors }: Pick<Terminal, 'out' | 'colors'>,
): void {
  const amount = (count: number) => count.toLocaleString('en-US');
  out(
    `With up to ${amount(emails)} emails and about ${amount(commands)} Redis commands that is $${dollars.toFixed(dollars < 1 ? 4 : 2)} at most, beyond what plans include (prices of ${USUAL_PRICES.date}).`,
  );
  for (const notice of notices) out(colors.yellow(`! ${notice}`));
}
