import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvError } from '../errors/index.ts';
import type { DevUrls } from './environment.ts';

/** Where a running stack says that it runs, so that other commands find it. */
const fileIn = (directory: string): string => join(directory, '.skene', 'dev.json');

/** Says that a stack runs here; returns what takes that back. */
export function announceStack(directory: string, urls: DevUrls): () => void {
  const file = fileIn(directory);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, urls }));
  return () => rmSync(file, { force: true });
}

/** Where the stack that runs in `directory` is reached, or `undefined` when none runs. */
export function findStack(directory: string): DevUrls | undefined {
  try {
    const { pid, urls } = JSON.parse(readFileSync(fileIn(directory), 'utf8')) as {
      pid: number;
      urls: DevUrls;
    };
    process.kill(pid, 0);
    return urls;
  } catch {
    return undefined;
  }
}

/** As {@link findStack}. @throws {EnvError} USAGE when none runs. */
export function requireStack(directory: string): DevUrls {
  const urls = findStack(directory);
  if (urls !== undefined) return urls;
  throw new EnvError('USAGE', 'No local stack runs in this folder.', {
    hint: 'Start one in another terminal: npm run dev, or skene dev.',
  });
}
