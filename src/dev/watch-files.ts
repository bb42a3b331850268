import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several strokes; a change counts once they have been quiet for this long. */
const QUIET_MS = 100;

/**
 * Calls back when a file directly in `directory`, or anywhere below one of its `folders`, that `matters` was changed, at most once per
 * burst; returns what ends that. Folders are watched rather than files, because many editors put a new file in place of the old one;
 * and each by itself, because on Linux Node's recursive watch loses such files.
 */
export function watchFiles(
  { directory, folders }: { directory: string; folders: readonly string[] },
  matters: (path: string) => boolean,
  onChange: () => void,
): () => void {
  let quiet: NodeJS.Timeout | undefined;
  const watchers = ['', ...folders.flatMap((folder) => foldersBelow(directory, folder))].map((folder) =>
    watch(join(directory, folder), (_, name) => {
      if (name === null || !matters(join(folder, name))) return;
      clearTimeout(quiet);
      quiet = setTimeout(onChange, QUIET_MS);
    }),
  );
  return () => {
    clearTimeout(quiet);
    for (const watcher of watchers) watcher.close();
  };
}

function foldersBelow(directory: string, folder: string): string[] {
  if (!existsSync(join(directory, folder))) return [];
  const below = readdirSync(join(directory, folder), { recursive: true, withFileTypes: true });
  const found = below
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  return [folder, ...found].filter((path) => !path.includes('node_modules'));
}
