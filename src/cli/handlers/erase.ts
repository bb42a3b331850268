import { createOperations, eraseSubject } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { deploymentEnv } from '../target.ts';
import type { DeploymentFlags } from '../target-options.ts';

/** What `skene erase` does. */
export async function handle(
  subject: string,
  { yes = false, ...flags }: DeploymentFlags & { yes?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  const operations = createOperations(await deploymentEnv(flags));
  if (!(await confirmed(`Erase everything about ${subject}? This cannot be undone.`, { yes })))
    return exit(EXIT.problems);
  const runs = await eraseSubject(subject, operations);
  terminal.out(flags.json ? JSON.stringify({ subject, runs }) : `${subject} was erased, with ${runs} runs.`);
  exit(EXIT.ok);
}
