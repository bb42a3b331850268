import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvError } from '../../errors/index.ts';

/** Directories that this process holds: its own id in a lock says nothing after a restart in a container. */
const held = new Set<string>();

/**
 * Takes a directory for this process alone. The lock of a process that is gone is taken over.
 * @returns what gives it back. @throws {EnvError} USAGE when another one has it.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'process.pid');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(file);
    if (owner === process.pid ? held.has(file) : isAlive(owner)) {
      throw new EnvError('USAGE', `Process ${owner} uses the database in ${directory}.`, {
        hint: `Stop that process, or remove ${file} if it is none of Skene's.`,
      });
    }
    rmSync(file, { force: true });
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

function ownerOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
