import type { Command } from 'commander';
import { deployedDatabase } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { createServices } from '../../intake/index.ts';
import { backfill } from '../../simulate/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { countOf } from '../count-of.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { createProgress } from '../progress.ts';
import { plansOf, requireDeployment } from '../require-deployment.ts';
import { type TargetFlags, targetEnv } from '../target.ts';

interface Flags extends TargetFlags {
  config: string;
  rate: number;
  limit: number;
  restart?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** `skene backfill <loop>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('<loop>', 'the id of a loop that new rows of a table start')
    .option('--rate <number>', 'the most runs that are started in a second', countOf, 20)
    .option('--limit <number>', 'the most rows that are looked at this time', countOf, 1_000_000)
    .option('--restart', 'begin with the first row again')
    .option('--yes', 'do it without asking')
    .option('--config <path>', 'the config, or the folder it is in', '.')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'on the local stack that runs in this folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nStarts the loop for rows that were written before it watched their table: their runs begin now, and may mail at once. Look before\nwith: skene simulate. Whoever has been through the loop is not started again; a backfill that is stopped goes on the next time.\n\nExamples:\n  skene simulate activation && skene backfill activation --rate 5',
    )
    .action(async (loop: string, flags: Flags) => {
      loadEnvironment(flags.config);
      const deployment = await requireDeployment(flags.config, terminal, flags);
      const [plan] = plansOf(deployment, loop);
      if (plan === undefined) return;
      if (
        !(await confirmed(`Start ${loop} for everybody who was there before it?`, {
          yes: flags.yes ?? false,
        }))
      )
        return exit(EXIT.problems);
      const env = await targetEnv(flags, deployment.database);
      const database = await openDatabase(deployedDatabase(env, deployment.database));
      const say = createProgress(terminal);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      try {
        const done = await backfill(plan, {
          deployment,
          database,
          services: createServices(env),
          rate: flags.rate,
          limit: flags.limit,
          restart: flags.restart ?? false,
          signal: stop.signal,
          onProgress: ({ rows, started }) => say(`${rows} rows, ${started} runs started`),
        });
        if (flags.json) terminal.out(JSON.stringify(done));
        else
          terminal.out(
            `${done.started} runs started, ${done.known} had been before.${done.isWhole ? '' : ' The same command goes on from here.'}`,
          );
      } finally {
        await database.close();
      }
      exit(EXIT.ok);
    });
}
