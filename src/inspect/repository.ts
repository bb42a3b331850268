import { type Dirent, existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** The files of a repository that may tell something, read when asked for. */
export interface Repository {
  /** The folder, as an absolute path. */
  root: string;
  /** Paths from the root, with `/`, sorted. */
  files: readonly string[];
  /** Whether the repository has more files than are looked at. */
  isCut: boolean;
  /** The text of a file; `undefined` when it is not there, too large, or no text. */
  read(path: string): Promise<string | undefined>;
}

/** Folders that hold what was built, installed or made up for tests. */
const PASSED_OVER = new Set([
  ...['node_modules', 'vendor', 'site-packages', 'venv', '__pycache__', 'target', 'bower_components'],
  ...['dist', 'build', 'out', 'coverage', 'compiled', 'generated', 'public', 'static'],
  ...['test', 'tests', '__tests__', 'e2e', 'spec', 'fixtures', '__fixtures__', '__mocks__', 'cypress'],
]);

const EXTENSIONS = new Set([
  ...['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.py', '.sql', '.prisma'],
  ...['.json', '.toml', '.yaml', '.txt'],
]);

/** More would take longer than anybody waits for; the nearest folders come first. */
const MOST_FILES = 20_000;
const LONGEST_FILE = 1_000_000;

/** Lists a folder's files, without those of packages, builds and tests. Nothing is run, and no link is followed. */
export async function openRepository(root: string): Promise<Repository> {
  const files: string[] = [];
  let folders = [''];
  while (folders.length > 0 && files.length < MOST_FILES) {
    const found = await Promise.all(folders.map((folder) => entriesOf(root, folder)));
    files.push(...found.flatMap((entries) => entries.files));
    folders = found.flatMap((entries) => entries.folders);
  }
  const texts = new Map<string, Promise<string | undefined>>();
  return {
    root,
    files: files.slice(0, MOST_FILES).sort(),
    isCut: files.length > MOST_FILES || folders.length > 0,
    read(path) {
      const known = texts.get(path) ?? readText(join(root, path));
      texts.set(path, known);
      return known;
    },
  };
}

async function entriesOf(root: string, folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries: Dirent[] = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const within = ({ name }: Dirent) => (folder === '' ? name : `${folder}/${name}`);
  // A virtual environment of Python may be called anything.
  if (existsSync(join(root, folder, 'pyvenv.cfg'))) return { files: [], folders: [] };
  return {
    files: entries.filter((entry) => entry.isFile() && isOfUse(entry.name)).map(within),
    folders: entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !PASSED_OVER.has(entry.name))
      .map(within),
  };
}

/** Variables are in files whose whole name is an extension. */
function isOfUse(name: string): boolean {
  return (
    /^\.env(?:\.|$)/.test(name) ||
    (EXTENSIONS.has(extname(name)) && !/\.(?:test|spec|min|d)\.\w+$/.test(name))
  );
}

async function readText(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.size > LONGEST_FILE) return undefined;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text?.includes('\0') ? undefined : text?.replace(/^\uFEFF/, '');
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(0, offset)).split('\n').length;
}

/** The line on which a pattern is first found; 1 when it is not. */
export function lineOf(text: string, pattern: RegExp): number {
  return lineAt(text, text.search(pattern));
}
