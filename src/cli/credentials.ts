import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { EnvError } from '../errors/index.ts';
import { withFileLock } from './file-lock.ts';

const CredentialsSchema = z.object({
  version: z.literal(1),
  /** By the address of its functions: the secret of a deployment, and when it was taken. */
  deployments: z.record(z.string(), z.object({ token: z.string().min(1), since: z.string() })),
  /** Folder -> the address of the deployment that it is linked to. */
  projects: z.record(z.string(), z.string()),
});

/** What `skene login` keeps, beside other programs' settings and not in the project. */
export type Credentials = z.output<typeof CredentialsSchema>;

/** A folder's deployment. */
export interface Link {
  /** Where its functions are. */
  url: string;
  token: string;
  since: string;
  /** The folder that was linked. */
  folder: string;
}

/**
 * Where the credentials are kept.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
function credentialsFile({ XDG_CONFIG_HOME: home = '' } = process.env): string {
  return join(isAbsolute(home) ? home : join(homedir(), '.config'), 'skene', 'credentials.json');
}

/** @throws {EnvError} ENV_INVALID when the file is not what `skene login` has written. */
export function readCredentials(file = credentialsFile()): Credentials {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { version: 1, deployments: {}, projects: {} };
    throw unusable(file, error);
  }
  try {
    return CredentialsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unusable(file, error);
  }
}

/**
 * Changes the credentials, one process at a time: what another adds meanwhile is kept.
 * @param change makes of what is kept what is to be.
 * @throws {EnvError} as {@link readCredentials}, and whatever `change` throws; nothing is changed then.
 */
export async function changeCredentials(change: (kept: Credentials) => Credentials): Promise<void> {
  const file = credentialsFile();
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  await withFileLock(`${file}.lock`, () => writeCredentials(change(readCredentials(file)), file));
}

/** Replaces the file at once, so that a program which reads it meanwhile finds the old or the new; nobody else may read it. */
function writeCredentials(credentials: Credentials, file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The deployment that a folder, or the nearest one above it, is linked to. */
export function findLink(folder = process.cwd()): Link | undefined {
  const { deployments, projects } = readCredentials();
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    const url = projects[at];
    const known = url === undefined ? undefined : deployments[url];
    if (url !== undefined && known !== undefined) return { url, ...known, folder: at };
    if (at === dirname(at)) return undefined;
  }
}

/** As {@link findLink}. @throws {EnvError} USAGE when there is none. */
export function requireLink(folder = process.cwd()): Link {
  const link = findLink(folder);
  if (link !== undefined) return link;
  throw new EnvError('USAGE', 'This folder is not linked to a deployment.', {
    hint: 'Link it with skene login <url>.',
  });
}

function unusable(file: string, cause: unknown): EnvError {
  return new EnvError('ENV_INVALID', `${file} cannot be read, or is not what skene login wrote.`, {
    hint: 'Remove it, and log in again with skene login <url>.',
    cause,
  });
}
