import { posix } from 'node:path';
import type { Repository } from './repository.ts';
import { assignedNames } from './variables.ts';

/** What of Skene a repository has already. */
export interface Installed {
  /** The config, from the root. */
  config: string | undefined;
  /** The file that mounts the functions in the application. */
  mount: string | undefined;
  /** Whether the application asks the gate before it answers. */
  isGated: boolean;
  /** Whether the client of Upstash Redis tells of its writes. */
  tellsOfWrites: boolean;
  /** The file that names the variables for whoever sets up the application, and the names in it. */
  example: { file: string; names: string[] } | undefined;
  /** The templates there are, by name. */
  templates: string[];
}

const CONFIG = /^skene\.config\.(?:m?ts|m?js)$/;
const MOUNT = /\b(?:skene|SkeneModule)\b[^;]{0,200}['"]@skene\/sdk\/(?:next|web|express|nest)['"]/;
const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist'];

/** Looks for what `skene init` would write, in the application's folder. */
export async function readInstalled(repository: Repository, app: string): Promise<Installed> {
  const within = app === '' ? '' : `${app}/`;
  const own = repository.files.filter((file) => file.startsWith(within));
  const here = own.filter((file) => !file.slice(within.length).includes('/'));
  const example = EXAMPLES.map((name) => `${within}${name}`).find((file) => here.includes(file));
  return {
    config: here.find((file) => CONFIG.test(posix.basename(file))),
    mount: await findFile(MOUNT, own, repository),
    isGated: (await findFile(/['"]@skene\/sdk\/gate['"]|\bSkeneGate\b/, own, repository)) !== undefined,
    tellsOfWrites: (await findFile(/['"]@skene\/sdk\/upstash-redis['"]/, own, repository)) !== undefined,
    example: example === undefined ? undefined : { file: example, names: await namesIn(example, repository) },
    templates: own
      .filter((file) => file.startsWith(`${within}emails/`))
      .map((file) => posix.basename(file, posix.extname(file))),
  };
}

async function namesIn(file: string, repository: Repository): Promise<string[]> {
  return assignedNames((await repository.read(file)) ?? '').map(({ name }) => name);
}

/** The first file of code that a pattern is found in. */
async function findFile(
  pattern: RegExp,
  files: readonly string[],
  repository: Repository,
): Promise<string | undefined> {
  for (const file of files.filter((path) => /\.[cm]?[jt]sx?$/.test(path)))
    if (pattern.test((await repository.read(file)) ?? '')) return file;
  return undefined;
}
