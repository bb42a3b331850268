import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors/index.ts';

/** The names a config may have, in the order in which they are looked for. */
export const CONFIG_NAMES = ['skene.config.ts', 'skene.config.mts', 'skene.config.js', 'skene.config.mjs'];

/**
 * Finds the config: the file that was named, or the one in the folder that was named.
 * @param path a file or a folder; the working directory unless told.
 * @throws {ConfigError} CONFIG_NOT_FOUND.
 */
export function findConfig(path = '.'): string {
  const start = resolve(path);
  const isFolder = existsSync(start) && statSync(start).isDirectory();
  const candidates = isFolder ? CONFIG_NAMES.map((name) => join(start, name)) : [start];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new ConfigError(
    'CONFIG_NOT_FOUND',
    `There is no ${isFolder ? `skene.config.ts in ${start}` : start}.`,
    {
      hint: 'Run the command in the folder that holds skene.config.ts, or name the file: skene check path/to/skene.config.ts.',
      where: { file: start },
    },
  );
}
