import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

type Ports = Readonly<Record<string, number>>;

/**
 * Remembers which port each part of a stack has got: messages that wait in QStash name the address of the functions, so that it has
 * to be the same after a restart. Who asks for another port than last time gets that.
 */
export function createPortsFile(file: string | undefined) {
  const last =
    file !== undefined && existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as { wanted: Ports; got: Ports })
      : undefined;
  return {
    /** The port to try first, where `wanted` is asked for. */
    first(name: string, wanted: number): number {
      return last?.wanted[name] === wanted ? (last.got[name] ?? wanted) : wanted;
    },
    keep(wanted: Ports, got: Ports): void {
      if (file === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify({ wanted, got }));
    },
  };
}
