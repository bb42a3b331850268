import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { EnvError, messageOf } from '../errors/index.ts';
import { findConfig } from '../project/index.ts';

/** Another version of a config, beside it, so that what it imports is found; to be removed again. */
export interface ConfigCopy {
  file: string;
  remove(): void;
}

/**
 * Takes a config as it is at a git ref.
 * @param path the config of today, or its folder.
 * @throws {EnvError} USAGE when git has none there.
 */
export async function configAt(ref: string, path: string): Promise<ConfigCopy> {
  const file = resolve(findConfig(path));
  const [folder, name] = [dirname(file), basename(file)];
  let text: string;
  try {
    text = execFileSync('git', ['show', `${ref}:./${name}`], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    throw new EnvError('USAGE', `git has no ${name} at ${ref}: ${messageOf(cause).split('\n')[1] ?? ''}`, {
      cause,
    });
  }
  const copy = join(folder, `.skene-at-${process.pid}${extname(name)}`);
  writeFileSync(copy, text);
  return { file: copy, remove: () => rmSync(copy, { force: true }) };
}
