import { createEnv } from '../../env/index.ts';
import { askHealth } from '../ask-health.ts';
import type { CommandContext } from '../command.ts';
import { requireLink } from '../credentials.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';

/** What `skene whoami` does. */
export async function handle(
  { json = false }: { json?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment();
  const { url, token, since, folder } = requireLink();
  const { namespace, loops } = await askHealth([url], token, createEnv(process.env).bypassHeaders);
  if (json) terminal.out(JSON.stringify({ url, folder, since, namespace, loops }, undefined, 2));
  else {
    terminal.out(
      `${terminal.colors.bold(url)} takes the token of ${folder}, linked on ${since.slice(0, 10)}.`,
    );
    terminal.out(`It is ${namespace}, and runs ${loops.join(', ') || 'no loops'}.`);
  }
  exit(EXIT.ok);
}
