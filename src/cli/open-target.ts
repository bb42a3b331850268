import { type Database, deployedDatabase } from '../databases/index.ts';
import { openDatabase } from '../databases/open/any.ts';
import type { Env } from '../env/index.ts';
import type { Project } from '../project/index.ts';
import { loadEnvironment } from './environment.ts';
import { requireProject } from './require-deployment.ts';
import { targetEnv } from './target.ts';
import type { OpenFlags } from './target-options.ts';
import type { Terminal } from './terminal.ts';

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
