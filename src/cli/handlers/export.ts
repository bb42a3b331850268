import { createOperations, exportSubject } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { deploymentEnv } from '../target.ts';
import type { DeploymentFlags } from '../target-options.ts';

/** What `skene export` does. */
export async function handle(
  subject: string,
  flags: DeploymentFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const found = await exportSubject(subject, createOperations(await deploymentEnv(flags)));
  terminal.out(JSON.stringify(found, undefined, 2));
  exit(EXIT.ok);
}
