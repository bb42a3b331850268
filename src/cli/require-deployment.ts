import { ConfigError, EnvError } from '../errors/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { type CheckResult, checkProject, openProject, type Project, shownPath } from '../project/index.ts';
import { printIssues } from './print-issues.ts';
import { databaseUrlOf } from './target.ts';
import type { TargetFlags } from './target-options.ts';
import type { Terminal } from './terminal.ts';

/** The compiled loops of a project, for the database that a command works on. @throws {ConfigError} CONFIG_INVALID, after printing what is wrong. */
export async function requireDeployment(
  path: string,
  terminal: Terminal,
  target: TargetFlags = {},
): Promise<Deployment> {
  const checked = await checkProject({ file: path, databaseUrl: await databaseUrlOf(target) });
  return checked.deployment ?? refuse(checked, terminal);
}

/** As {@link requireDeployment}, with the templates. */
export async function requireProject(
  path: string,
  terminal: Terminal,
  target: TargetFlags = {},
): Promise<Project> {
  const opened = await openProject({ file: path, databaseUrl: await databaseUrlOf(target) });
  return opened.project ?? refuse(opened, terminal);
}

/** The plans of a loop. @throws {EnvError} USAGE when no loop is called so. */
export function plansOf({ plans }: Deployment, loop: string): Plan[] {
  const found = plans.filter((plan) => plan.loop === loop);
  if (found.length > 0) return found;
  throw new EnvError('USAGE', `No loop is called "${loop}".`, {
    hint: `There are: ${[...new Set(plans.map((plan) => plan.loop))].join(', ')}.`,
  });
}

function refuse({ issues, source, file }: CheckResult, terminal: Terminal): never {
  printIssues(issues, { ...terminal, out: terminal.note }, { source });
  throw new ConfigError('CONFIG_INVALID', `${shownPath(file, process.cwd())} has errors.`, {
    hint: 'Mend what is listed above.',
  });
}
