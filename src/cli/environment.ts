import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { EnvError, messageOf } from '../errors/index.ts';

/** Where variables are looked for, the more particular first: what is set already is never overwritten. */
const FILES = ['.env.local', '.env'];

/**
 * Loads `.env.local` and `.env` of a project into the environment.
 * @param path the project's folder, or its config.
 * @throws {EnvError} ENV_INVALID when one cannot be read.
 */
export function loadEnvironment(path = '.'): void {
  const start = resolve(path);
  const isFolder = existsSync(start) && statSync(start).isDirectory();
  for (const name of FILES) {
    const file = join(isFolder ? start : dirname(start), name);
    if (!existsSync(file)) continue;
    try {
      loadEnvFile(file);
    } catch (cause) {
      throw new EnvError('ENV_INVALID', `${file} cannot be read: ${messageOf(cause)}`, {
        hint: 'Write one NAME=value on each line.',
        cause,
      });
    }
  }
}
