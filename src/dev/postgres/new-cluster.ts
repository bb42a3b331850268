import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Make = (folder: string) => Promise<void>;

/** The installed PGlite, whose version a kept cluster belongs to. */
const PACKAGE = new URL('../', import.meta.resolve('@electric-sql/pglite'));

/**
 * Fills a folder with a new cluster. To make one takes PGlite seconds, to copy one a fraction of a second: one that was made is kept
 * beside the installed packages. Where none is kept, the folder stays away, and PGlite makes what it needs.
 * @param folder does not exist yet.
 * @param options.make makes a cluster in an empty folder, and has ended with it when it resolves; without it, none is made to be kept.
 * @param options.cache where the kept one is looked for and put; beside the packages unless told.
 */
export async function copyNewCluster(
  folder: string,
  { make, cache = besidePackages() }: { make?: Make | undefined; cache?: string },
): Promise<void> {
  try {
    cpSync(await keptCluster(cache, make), folder, { recursive: true });
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}

function besidePackages(): string {
  return fileURLToPath(new URL('../../.cache/skene/', PACKAGE));
}

/** The kept one, which is made when it is missing. @throws {Error} when there is none. */
async function keptCluster(cache: string, make: Make | undefined): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8'));
  const kept = join(cache, `pglite-${version}`);
  if (make === undefined || existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(`${kept}-`);
  try {
    await make(making);
    renameSync(making, kept);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another process was first.
    if (!existsSync(kept)) throw error;
  }
  return kept;
}
