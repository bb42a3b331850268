import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whoever has held a lock for so long has died: what is done under it takes some ms. */
const ABANDONED_MS = 5_000;
const PAUSE_MS = 10;

/**
 * Does something while no other process does it under the same lock; waits for the one that does.
 * @param file the lock: made for as long as it is held, in a folder that is there.
 * @throws what `work` throws, and what the file system says where the lock cannot be made.
 */
export async function withFileLock<T>(file: string, work: () => T): Promise<T> {
  while (!take(file)) {
    if (ageOf(file) > ABANDONED_MS) takeAway(file);
    else await sleep(PAUSE_MS);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** How long a lock has been held, in ms, also by a clock that was set back meanwhile; 0 when it has been given back. */
function ageOf(file: string): number {
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? 0 : Math.abs(Date.now() - mtimeMs);
}

/** Removes a lock that was left behind, but not one that somebody else has put in its place meanwhile. */
function takeAway(file: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (ageOf(aside) > ABANDONED_MS) rmSync(aside, { force: true });
  else renameSync(aside, file);
}
