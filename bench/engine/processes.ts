import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all that it has started take of the machine. */
export interface Usage {
  /** CPU time so far, in ms, of user and system. */
  cpuMs: number;
  /** Memory in bytes; what processes share is divided among them (Linux' PSS). */
  memory: number;
}

/** A tick of `/proc/<pid>/stat`: a hundredth of a second on every Linux. */
const TICK_MS = 10;

interface Stat {
  pid: number;
  parent: number;
  cpuMs: number;
}

/** The usage of this process and its descendants. Zero where there is no `/proc`, as on macOS. */
export function usage(): Usage {
  const stats = readAll();
  const family: Stat[] = [];
  for (let generation = stats.filter(({ pid }) => pid === process.pid); generation.length > 0; ) {
    family.push(...generation);
    const parents = new Set(generation.map(({ pid }) => pid));
    generation = stats.filter(({ parent }) => parents.has(parent));
  }
  return {
    cpuMs: family.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memory: family.reduce((sum, { pid }) => sum + readMemory(pid), 0),
  };
}

function readAll(): Stat[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(Number(name)) ?? []);
  } catch {
    return [];
  }
}

/** A process that ends meanwhile is no error. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent = 0] = fields.slice(1).map(Number);
    // utime and stime, and those of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent, cpuMs: ticks * TICK_MS };
  } catch {
    return undefined;
  }
}

function readMemory(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
