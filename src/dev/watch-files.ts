import { type FSWatcher, watch } from 'node:fs';

/** Editors write a file in several strokes; a change counts once they have been quiet for this long. */
const QUIET_MS = 100;

/** Calls back when a file below `directory` that `matters` was changed, at most once per burst; returns what ends that. */
export function watchFiles(
  directory: string,
  matters: (path: string) => boolean,
  onChange: () => void,
): () => void {
  let quiet: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(directory, { recursive: true }, (_, path) => {
    if (path === null || !matters(path)) return;
    clearTimeout(quiet);
    quiet = setTimeout(onChange, QUIET_MS);
  });
  return () => {
    clearTimeout(quiet);
    watcher.close();
  };
}
