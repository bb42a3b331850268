import { EnvError } from '../../errors/index.ts';
import type { CommandContext } from '../command.ts';
import { changeCredentials, findLink, readCredentials } from '../credentials.ts';
import { deploymentUrls } from '../deployment-url.ts';
import { EXIT } from '../exit-code.ts';

/** What `skene logout` does. */
export async function handle(
  text: string | undefined,
  { json = false }: { json?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  const { deployments } = readCredentials();
  const meant = text === undefined ? [findLink()?.url] : deploymentUrls(text);
  const url = meant.find((one) => one !== undefined && deployments[one] !== undefined);
  if (url === undefined)
    throw new EnvError('USAGE', `${text ?? 'This folder'} is not linked to a deployment.`, {
      hint: `There are: ${Object.keys(deployments).join(', ') || 'none'}.`,
    });
  let folders: string[] = [];
  await changeCredentials((kept) => {
    folders = Object.keys(kept.projects).filter((folder) => kept.projects[folder] === url);
    return {
      version: kept.version,
      deployments: without(kept.deployments, [url]),
      projects: without(kept.projects, folders),
    };
  });
  if (json) terminal.out(JSON.stringify({ url, folders }));
  else terminal.out(`Forgotten: ${url}, of ${folders.join(', ') || 'no folder'}.`);
  exit(EXIT.ok);
}

function without<T>(all: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}
