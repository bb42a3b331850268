import { realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { createEnv } from '../../env/index.ts';
import { EnvError } from '../../errors/index.ts';
import { askSecret } from '../ask.ts';
import { askHealth, type DeploymentHealth } from '../ask-health.ts';
import type { CommandContext } from '../command.ts';
import { readCredentials, writeCredentials } from '../credentials.ts';
import { deploymentUrls } from '../deployment-url.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printHealth } from '../print-health.ts';

interface LoginFlags {
  tokenStdin?: boolean;
  json?: boolean;
}

/** `skene login <url>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('<url>', 'where it is deployed, with the path at which your app mounts the functions, if any')
    .option('--token-stdin', 'read the token from standard input')
    .option('--json', 'print one JSON document: { url, folder, namespace, loops, findings }')
    .addHelpText(
      'after',
      `
The token is the SKENE_SECRET of the deployment: asked for, or taken from SKENE_TOKEN or standard input. It is kept in
~/.config/skene/credentials.json ($XDG_CONFIG_HOME/skene), which nobody else may read, and never printed.
From then on the commands know the address and the secret of the deployment in this folder, and in those below it.

Examples:
  skene login https://app.example.com
  skene login app.example.com/growth
  vault read -field=secret skene | skene login app.example.com --token-stdin`,
    )
    .action(async (text: string, { tokenStdin = false, json = false }: LoginFlags) => {
      const urls = deploymentUrls(text);
      loadEnvironment();
      const token = await tokenFor(urls[0], { isPiped: tokenStdin });
      const health = await askHealth(urls, token, createEnv(process.env).bypassHeaders);
      const folder = link(health, token);
      const { url, namespace, loops, findings } = health;
      if (json) terminal.out(JSON.stringify({ url, folder, namespace, loops, findings }, undefined, 2));
      else {
        const named = loops.length === 0 ? 'no loops' : `loops: ${loops.join(', ')}`;
        terminal.out(`${folder} is linked to ${terminal.colors.bold(url)} (${namespace}; ${named}).\n`);
        printHealth(findings, terminal);
      }
      exit(EXIT.ok);
    });
}

/** @throws {EnvError} USAGE when there is none, and nobody to ask. */
async function tokenFor(url: string, { isPiped }: { isPiped: boolean }): Promise<string> {
  const token = isPiped ? await readStdin() : (process.env.SKENE_TOKEN ?? (await asked(url)));
  const trimmed = token.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new EnvError(
    'USAGE',
    trimmed === '' ? 'The token is empty.' : 'The token has characters that none has.',
    {
      hint: 'It is the SKENE_SECRET of the deployment.',
    },
  );
}

async function asked(url: string): Promise<string> {
  if (process.stdin.isTTY) return askSecret(`The SKENE_SECRET of ${url}`);
  throw new EnvError('USAGE', 'Nobody is here to be asked for the token.', {
    hint: 'Set SKENE_TOKEN, or write it to standard input with --token-stdin.',
  });
}

async function readStdin(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}

/** Keeps the token, and that this folder belongs to the deployment. @returns the folder. */
function link({ url }: DeploymentHealth, token: string): string {
  const folder = realpathSync(process.cwd());
  const { deployments, projects } = readCredentials();
  writeCredentials({
    version: 1,
    deployments: { ...deployments, [url]: { token, since: new Date().toISOString() } },
    projects: { ...projects, [folder]: url },
  });
  return folder;
}
