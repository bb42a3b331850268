import type { Command } from 'commander';
import { followChanges } from '../../changes/follow.ts';
import { databaseOf, drainChanges } from '../../changes/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { messageOf } from '../../errors/index.ts';
import { createServices, type Report } from '../../intake/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { requireDeployment } from '../require-deployment.ts';
import { targetEnv } from '../target.ts';

/** A drain that never ends would keep a stop waiting. */
const DRAIN_BUDGET_MS = 30_000;

/** `skene relay [path]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--database-url <url>',
      'instead of the variable the config names; a direct connection, not a pooler',
    )
    .addHelpText(
      'after',
      '\nCarries changed rows to their runs: as they are committed where PostgreSQL tells of them, within a second or so where the\ndatabase is polled. Any number may run.\n\nExamples:\n  skene relay',
    )
    .action(async (path: string, flags: { databaseUrl?: string }) => {
      loadEnvironment(path);
      const deployment = await requireDeployment(path, terminal);
      const env = await targetEnv(flags, deployment.database);
      const said = new Set<string>();
      const report = (event: Report): void => {
        if (event.kind !== 'trouble' || said.has(event.text)) return;
        said.add(event.text);
        terminal.note(`${new Date().toISOString()}  ${event.text}`);
      };
      const context = {
        deployment,
        services: createServices(env, { report }),
        database: databaseOf(env, deployment.database, openDatabase),
      };
      const drain = async (): Promise<void> => {
        try {
          const { handled } = await drainChanges(context, { budgetMs: DRAIN_BUDGET_MS });
          if (handled > 0) terminal.out(`${new Date().toISOString()}  ${handled} rows`);
        } catch (error) {
          terminal.note(`${new Date().toISOString()}  ${messageOf(error)}`);
        }
      };
      const follower = followChanges(await context.database(), {
        url: env.require(deployment.database.urlVariable),
        drain,
        onProblem: (problem) => terminal.note(messageOf(problem)),
      });
      terminal.out(
        `Watching for rows of ${deployment.watches.map(({ table }) => table).join(', ') || 'no table: no loop watches one'}.`,
      );
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await follower.close();
      await (await context.database()).close();
      exit(EXIT.ok);
    });
}
