import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the examples are, or copies of them: SKENE_EXAMPLES, from the repository. */
const examples = join(root, process.env.SKENE_EXAMPLES ?? 'examples');

/** The folder of an example. */
export const folderOf = (name: string): string => join(examples, name);

/** An email as the local inbox shows it. */
interface InboxEmail {
  to: string[];
  subject: string;
  html: string;
  headers: Record<string, string>;
}

/** The emails in the inbox of a stack that went to `address`, the newest first. */
export async function emailsTo(address: string, inbox: string): Promise<InboxEmail[]> {
  const response = await fetch(`${inbox}/api/emails`);
  return ((await response.json()) as InboxEmail[]).filter(({ to }) => to.includes(address));
}

/** Copies the loops of an example, and its templates, to a folder where `skene dev` may keep state. */
export function copyLoops(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `skene-${name}-`));
  for (const entry of ['skene.config.ts', 'emails'])
    if (existsSync(join(folderOf(name), entry)))
      cpSync(join(folderOf(name), entry), join(folder, entry), { recursive: true });
  return folder;
}

/** The statements of an example's `schema.sql`. */
export function schemaOf(name: string): string {
  return readFileSync(join(folderOf(name), 'schema.sql'), 'utf8');
}

/** The variables of an example's `.env.example`, for the local stack as it is on its usual ports. */
export function environmentOf(name: string): Record<string, string> {
  const text = readFileSync(join(folderOf(name), '.env.example'), 'utf8');
  const entries = Object.entries(parseEnv(text));
  return Object.fromEntries(entries.flatMap(([key, value]) => (value ? [[key, value]] : [])));
}

/** Debian's own, whose packages the test needs, and not one that a version manager puts before it. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/**
 * A Python that has the modules an example imports.
 * @param what the tests that need it: without one, says that they are not run; in CI the first Python is given, and they fail.
 */
export function pythonWith(modules: readonly string[], what: string): string | undefined {
  const found = PYTHONS.find(
    (python) => spawnSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0,
  );
  if (found !== undefined || process.env.CI) return found ?? PYTHONS[0];
  console.warn(`\n*** NOT RUN: ${what}: no Python has ${modules.join(', ')}.\n`);
  return undefined;
}

/**
 * Whether an example's own packages are installed. Where they are not, says what is not run; in CI they are installed first.
 * @throws Error with npm's output when they cannot be.
 */
export function isInstalled(name: string): boolean {
  const folder = folderOf(name);
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return true;
  if (process.env.CI) {
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return true;
  }
  console.warn(`\n*** NOT RUN: examples/${name}: run \`npm ci\` in its folder first.\n`);
  return false;
}
