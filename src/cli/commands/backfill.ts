import type { Command } from 'commander';
import { createServices } from '../../intake/index.ts';
import { backfill } from '../../simulate/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { countOf } from '../count-of.ts';
import { EXIT } from '../exit-code.ts';
import { type OpenFlags, onTarget, withTarget } from '../open-target.ts';
import { createProgress } from '../progress.ts';
import { plansOf } from '../require-deployment.ts';

interface Flags extends OpenFlags {
  rate: number;
  limit: number;
  restart?: boolean;
  yes?: boolean;
}

/** `skene backfill <loop>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  withTarget(command.argument('<loop>', 'the id of a loop that new rows of a table start'))
    .option('--rate <number>', 'the most runs that are started in a second', countOf, 20)
    .option('--limit <number>', 'the most rows that are looked at this time', countOf, 1_000_000)
    .option('--restart', 'begin with the first row again')
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      '\nStarts the loop for rows that were written before it watched their table: their runs begin now, and may mail at once. Look before\nwith: skene simulate. Whoever has been through the loop is not started again; a backfill that is stopped goes on the next time.\n\nExamples:\n  skene simulate activation && skene backfill activation --rate 5',
    )
    .action(async (loop: string, flags: Flags) => {
      const done = await onTarget(flags, terminal, async ({ project: { deployment }, env, database }) => {
        const [plan] = plansOf(deployment, loop);
        const question = `Start ${loop} for everybody who was there before it?`;
        if (plan === undefined || !(await confirmed(question, { yes: flags.yes ?? false }))) return undefined;
        const say = createProgress(terminal);
        return backfill(plan, {
          deployment,
          database,
          services: createServices(env),
          rate: flags.rate,
          limit: flags.limit,
          restart: flags.restart ?? false,
          signal: untilStopped(),
          onProgress: ({ rows, started }) => say(`${rows} rows, ${started} runs started`),
        });
      });
      if (done === undefined) return exit(EXIT.problems);
      const rest = done.isWhole ? '' : ' The same command goes on from here.';
      if (flags.json) terminal.out(JSON.stringify(done));
      else terminal.out(`${done.started} runs started, ${done.known} had been before.${rest}`);
      exit(EXIT.ok);
    });
}

/** Ends when the process is told to stop: the page under way is finished first. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
