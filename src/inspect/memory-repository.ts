import type { Repository } from './repository.ts';

/** A repository of files that are only in memory, for tests. */
export function memoryRepository(texts: Readonly<Record<string, string>>): Repository {
  return {
    root: '/memory',
    files: Object.keys(texts).sort(),
    isCut: false,
    read: async (path) => texts[path],
  };
}
