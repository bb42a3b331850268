import type { Command } from 'commander';
import { type Database, deployedDatabase } from '../databases/index.ts';
import { openDatabase } from '../databases/open/any.ts';
import type { Env } from '../env/index.ts';
import type { Project } from '../project/index.ts';
import { loadEnvironment } from './environment.ts';
import { requireProject } from './require-deployment.ts';
import { type TargetFlags, targetEnv } from './target.ts';
import type { Terminal } from './terminal.ts';

/** Flags of commands that look at loops and at the database they are for. */
export interface OpenFlags extends TargetFlags {
  config: string;
  json?: boolean;
}

/** Adds the options of {@link OpenFlags} to a command. */
export function withTarget(command: Command): Command {
  return command
    .option('--config <path>', 'the config, or the folder it is in', '.')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'of the local stack that runs in this folder')
    .option('--json', 'print JSON');
}

/** What a command works on, opened; the database is closed when the work is done, whatever it came to. */
export async function onTarget<T>(
  flags: OpenFlags,
  terminal: Terminal,
  work: (target: { project: Project; env: Env; database: Database }) => Promise<T>,
): Promise<T> {
  loadEnvironment(flags.config);
  const project = await requireProject(flags.config, terminal, flags);
  const env = await targetEnv(flags, project.deployment.database);
  const database = await openDatabase(deployedDatabase(env, project.deployment.database));
  try {
    return await work({ project, env, database });
  } finally {
    await database.close();
  }
}
