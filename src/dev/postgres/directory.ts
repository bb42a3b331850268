import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvError } from '../../errors/index.ts';

/** A directory that this process has to itself. */
export interface Directory {
  /** Where PostgreSQL keeps its files. */
  cluster: string;
  /** Whether there is nothing in it yet. */
  isFresh: boolean;
  /** Says that all is there that a fresh one needs. */
  complete(): void;
  /** Lets others have it. */
  close(): void;
}

/** The file that says which process uses a directory. */
const LOCK = 'process.pid';
const TEMPORARY = 'skene-postgres-';

/**
 * Opens a directory, and empties one whose making was interrupted.
 * @throws {EnvError} USAGE when another process uses it.
 */
export function openDirectory(path: string): Directory {
  const unlock = lock(path);
  const cluster = join(path, 'cluster');
  const mark = join(path, 'complete');
  const isFresh = !existsSync(mark);
  if (isFresh) rmSync(cluster, { recursive: true, force: true });
  return { cluster, isFresh, complete: () => writeFileSync(mark, ''), close: unlock };
}

/** Temporary directories that are open; they go with the process. */
const temporary = new Set<string>();
let isWatchingExit = false;

/** Opens a directory that goes when it is closed, or with the process; those that killed processes left behind go now. */
export function openTemporaryDirectory(): Directory {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(TEMPORARY))) {
    const path = join(tmpdir(), name);
    const owner = ownerOf(join(path, LOCK));
    if (owner !== undefined && !isAlive(owner)) rmSync(path, { recursive: true, force: true });
  }
  const path = mkdtempSync(join(tmpdir(), TEMPORARY));
  const directory = openDirectory(path);
  if (!isWatchingExit) process.once('exit', () => [...temporary].forEach(remove));
  isWatchingExit = true;
  temporary.add(path);
  return {
    ...directory,
    close() {
      directory.close();
      remove(path);
    },
  };
}

function remove(path: string): void {
  temporary.delete(path);
  rmSync(path, { recursive: true, force: true });
}

/** Directories that this process holds: its own id in a lock says nothing after a restart in a container. */
const held = new Set<string>();

/**
 * Takes a directory for this process alone. The lock of a process that is gone is taken over.
 * @returns what gives it back. @throws {EnvError} USAGE when another one has it.
 */
function lock(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, LOCK);
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(file);
    if (owner === process.pid ? held.has(file) : owner !== undefined && isAlive(owner)) {
      throw new EnvError('USAGE', `Process ${owner} uses the database in ${directory}.`, {
        hint: `Stop that process, or remove ${file} if it is none of Skene's.`,
      });
    }
    takeAway(file, owner);
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

/** Removes a lock whose owner is gone, but not one that somebody else has put in its place meanwhile. */
function takeAway(file: string, owner: number | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (ownerOf(aside) === owner) rmSync(aside);
  else renameSync(aside, file);
}

function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
