import { followChanges } from '../../changes/follow.ts';
import { databaseOf, drainChanges } from '../../changes/index.ts';
import { type Database, deployedAddress } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { ConfigError, messageOf } from '../../errors/index.ts';
import { createServices, type Report } from '../../intake/index.ts';
import type { Deployment } from '../../plan/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { requireDeployment } from '../require-deployment.ts';
import { targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

/** A drain that never ends would keep a stop waiting. */
const DRAIN_BUDGET_MS = 30_000;

/** What `skene relay` does. */
export async function handle(
  path: string,
  flags: { databaseUrl?: string },
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(path);
  const deployment = await requireDeployment(path, terminal, flags);
  const env = await targetEnv(flags, deployment.database);
  const say = createTimedNotes(terminal);
  const report = (event: Report): void => {
    if (event.kind === 'trouble') say.problem(event.text);
  };
  const context = {
    deployment,
    services: createServices(env, { report }),
    database: databaseOf(env, deployment.database, openDatabase),
  };
  const database = await context.database();
  await requireWatchable(database, deployment);
  const drain = async (): Promise<void> => {
    try {
      const { handled } = await drainChanges(context, { budgetMs: DRAIN_BUDGET_MS });
      if (handled > 0) say.progress(`${handled} rows`);
    } catch (error) {
      say.problem(messageOf(error));
    }
  };
  const follower = followChanges(database, {
    url: deployedAddress(env, deployment.database),
    drain,
    onProblem: (problem) => say.problem(`The database is out of reach: ${messageOf(problem)}`),
  });
  terminal.out(`Watching for rows of ${deployment.watches.map(({ table }) => table).join(', ')}.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await follower.close();
  await database.close();
  exit(EXIT.ok);
}

/** What would never work is said at once, to whoever has just started it. */
async function requireWatchable(database: Database, { watches }: Deployment): Promise<void> {
  if (watches.length === 0)
    throw new ConfigError('CONFIG_INVALID', 'No loop watches a table: there is nothing to carry.');
  if (database.capture === undefined) {
    await Promise.all(watches.map((watch) => database.polling.check(watch)));
    return;
  }
  if ((await database.capture.outbox.status()).installed) return;
  throw new ConfigError('CONFIG_INVALID', 'The database has no outbox: no change of a row is captured.', {
    hint: 'Write the triggers with `skene sync --database`, then start the relay again.',
  });
}

/** Stamps lines with the time. A problem that lasts is said once, and again after something went well. */
function createTimedNotes(terminal: Terminal): {
  progress(text: string): void;
  problem(text: string): void;
} {
  const stamp = (text: string): string => `${new Date().toISOString()}  ${text}`;
  const said = new Set<string>();
  return {
    progress(text) {
      said.clear();
      terminal.out(stamp(text));
    },
    problem(text) {
      if (said.has(text)) return;
      said.add(text);
      terminal.note(stamp(text));
    },
  };
}
