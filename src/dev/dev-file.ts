import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvError } from '../errors/index.ts';
import type { DevUrls } from './environment.ts';

/** Where a running stack says that it runs, so that other commands find it. */
const fileIn = (directory: string): string => join(directory, '.skene', 'dev.json');

/** A stack on this machine answers at once, unless it is busy. */
const PATIENCE_MS = 5_000;

/** Says that a stack runs here; returns what takes that back. */
export function announceStack(directory: string, urls: DevUrls): () => void {
  const file = fileIn(directory);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ urls }));
  return () => rmSync(file, { force: true });
}

/** Where the stack that runs in `directory` is reached, or `undefined` when none answers: one that was killed left its file. */
async function findStack(directory: string): Promise<DevUrls | undefined> {
  try {
    const { urls } = JSON.parse(readFileSync(fileIn(directory), 'utf8')) as { urls: DevUrls };
    const answer = await fetch(`${urls.functions}/dev/clock`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? urls : undefined;
  } catch {
    return undefined;
  }
}

/** Where the stack that runs in `directory` is reached. @throws {EnvError} USAGE when none runs. */
export async function requireStack(directory: string): Promise<DevUrls> {
  const urls = await findStack(directory);
  if (urls !== undefined) return urls;
  throw new EnvError('USAGE', 'No local stack runs in this folder.', {
    hint: 'Start one in another terminal: npm run dev, or skene dev.',
  });
}

/** @throws {EnvError} USAGE when a stack runs in `directory`: two would write to the same state. */
export async function requireNoStack(directory: string): Promise<void> {
  const urls = await findStack(directory);
  if (urls === undefined) return;
  throw new EnvError('USAGE', `A local stack runs already in this folder, at ${urls.functions}.`, {
    hint: 'Use that one, or stop it first.',
  });
}
