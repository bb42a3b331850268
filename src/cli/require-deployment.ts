import { ConfigError } from '../errors/index.ts';
import type { Deployment } from '../plan/index.ts';
import { checkProject, shownPath } from '../project/index.ts';
import { printIssues } from './print-issues.ts';
import type { Terminal } from './terminal.ts';

/** The compiled loops of a project. @throws {ConfigError} CONFIG_INVALID, after printing what is wrong. */
export async function requireDeployment(path: string, terminal: Terminal): Promise<Deployment> {
  const { deployment, issues, source, file } = await checkProject({ file: path });
  if (deployment !== undefined) return deployment;
  printIssues(issues, { ...terminal, out: terminal.note }, { source });
  throw new ConfigError('CONFIG_INVALID', `${shownPath(file, process.cwd())} has errors.`, {
    hint: 'Mend what is listed above.',
  });
}
