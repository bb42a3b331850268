import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import picomatch from 'picomatch';

/** Far enough up for any repository. */
const MOST_STEPS = 8;

/** The root of the monorepo whose workspace a folder is; the folder itself when it is none. */
export function findRoot(folder: string): string {
  let above = dirname(folder);
  for (let step = 0; step < MOST_STEPS && above !== dirname(above); step += 1, above = dirname(above)) {
    const path = relative(above, folder).split(sep).join('/');
    if (workspacesOf(above).some((pattern) => picomatch.isMatch(path, pattern))) return above;
  }
  return folder;
}

/** The patterns of a folder's workspaces: of npm, Yarn and Bun in package.json, of pnpm in a file of its own. */
function workspacesOf(folder: string): string[] {
  return [...ofPackageJson(join(folder, 'package.json')), ...ofPnpm(join(folder, 'pnpm-workspace.yaml'))].map(
    (pattern) => pattern.replace(/^\.\//, '').replace(/\/$/, ''),
  );
}

function ofPackageJson(file: string): string[] {
  try {
    const { workspaces } = JSON.parse(readFileSync(file, 'utf8')) as { workspaces?: unknown };
    const patterns = Array.isArray(workspaces)
      ? workspaces
      : (workspaces as { packages?: unknown })?.packages;
    return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : [];
  } catch {
    // What is not there, or cannot be read, has no workspaces.
    return [];
  }
}

/** The list below `packages:`; the file may hold nothing else that looks like it. */
function ofPnpm(file: string): string[] {
  if (!existsSync(file)) return [];
  const list = /^packages:\s*\n((?:\s+-.*\n?|\s*#.*\n|\s*\n)*)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return [...list.matchAll(/^\s+-\s*['"]?([^'"#\n]+?)['"]?\s*(?:#.*)?$/gm)].flatMap(
    (match) => match[1] ?? [],
  );
}
