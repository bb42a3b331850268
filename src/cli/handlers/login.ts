import { realpathSync } from 'node:fs';
import { createEnv } from '../../env/index.ts';
import { EnvError } from '../../errors/index.ts';
import { askSecret } from '../ask.ts';
import { askHealth, type DeploymentHealth } from '../ask-health.ts';
import type { CommandContext } from '../command.ts';
import { changeCredentials } from '../credentials.ts';
import { deploymentUrls } from '../deployment-url.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printHealth } from '../print-health.ts';

/** Options of `skene login`. */
export interface LoginFlags {
  tokenStdin?: boolean;
  json?: boolean;
}

/** What `skene login` does. */
export async function handle(
  text: string,
  { tokenStdin = false, json = false }: LoginFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const urls = deploymentUrls(text);
  loadEnvironment();
  const token = await tokenFor(urls[0], { isPiped: tokenStdin });
  const health = await askHealth(urls, token, createEnv(process.env).bypassHeaders);
  const folder = await link(health, token);
  const { url, namespace, loops, findings } = health;
  if (json) terminal.out(JSON.stringify({ url, folder, namespace, loops, findings }, undefined, 2));
  else {
    const named = loops.length === 0 ? 'no loops' : `loops: ${loops.join(', ')}`;
    terminal.out(`${folder} is linked to ${terminal.colors.bold(url)} (${namespace}; ${named}).\n`);
    printHealth(findings, terminal);
  }
  exit(EXIT.ok);
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
async function link({ url }: DeploymentHealth, token: string): Promise<string> {
  const folder = realpathSync(process.cwd());
  const since = new Date().toISOString();
  await changeCredentials(({ version, deployments, projects }) => ({
    version,
    deployments: { ...deployments, [url]: { token, since } },
    projects: { ...projects, [folder]: url },
  }));
  return folder;
}
