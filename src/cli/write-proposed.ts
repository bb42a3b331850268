import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProposedFile } from '../propose/index.ts';

interface WriteOptions {
  /** The folder that the files' paths begin at. */
  root: string;
  /** Whether a file that is there with another text may be replaced; it is kept unless told. */
  mayReplace?: (path: string) => Promise<boolean>;
}

/** Writes files and adds to those that are there. @returns what was written, from the root. */
export async function writeProposed(
  files: readonly ProposedFile[],
  { root, mayReplace = async () => false }: WriteOptions,
): Promise<string[]> {
  const written: string[] = [];
  for (const { path, text, isAddition } of files) {
    const file = join(root, path);
    const known = existsSync(file) ? await readFile(file, 'utf8') : undefined;
    if (isAddition && known !== undefined) {
      const gap = known === '' ? '' : known.endsWith('\n') ? '\n' : '\n\n';
      await appendFile(file, `${gap}${text}`);
    } else {
      if (known !== undefined && (known === text || !(await mayReplace(path)))) continue;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    written.push(path);
  }
  return written;
}
