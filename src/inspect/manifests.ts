import { posix } from 'node:path';
import { messageOf } from '../errors/index.ts';
import type { Dependency, Unreadable } from './model.ts';
import { lineAt, lineOf, type Repository } from './repository.ts';

/** A folder with a manifest: what it is called and what it asks for. */
export interface Package {
  /** From the root; empty for the root itself. */
  folder: string;
  name: string | undefined;
  /** The manifests it has. */
  manifests: string[];
  dependencies: Dependency[];
  /** The folders of its workspaces, as patterns. */
  workspaces: string[];
}

/** The packages of a repository, and manifests that cannot be read. */
export interface Manifests {
  packages: Package[];
  problems: Unreadable[];
}

type Reading = Omit<Package, 'folder' | 'manifests'>;
type ReadManifest = (text: string, file: string) => Reading | Promise<Reading>;

/** Which manifest is read how. */
const READERS: ReadonlyArray<readonly [RegExp, ReadManifest]> = [
  [/^package\.json$/, readPackageJson],
  [/^pyproject\.toml$/, readPyproject],
  [/^requirements[\w.-]*\.txt$/, readRequirements],
];

/** Reads every manifest; those of one folder make one package. */
export async function readManifests(repository: Repository): Promise<Manifests> {
  const packages = new Map<string, Package>();
  const problems: Unreadable[] = [];
  for (const file of repository.files) {
    const reader = READERS.find(([name]) => name.test(posix.basename(file)))?.[1];
    const text = reader && (await repository.read(file));
    if (reader === undefined || text === undefined) continue;
    try {
      const reading = await reader(text, file);
      const folder = file.includes('/') ? posix.dirname(file) : '';
      const known = packages.get(folder);
      packages.set(folder, {
        folder,
        name: known?.name ?? reading.name,
        manifests: [...(known?.manifests ?? []), file],
        dependencies: [...(known?.dependencies ?? []), ...reading.dependencies],
        workspaces: [...(known?.workspaces ?? []), ...reading.workspaces],
      });
    } catch (error) {
      problems.push({ file, line: lineOfError(error, text), why: reasonOf(error) });
    }
  }
  return { packages: [...packages.values()], problems };
}

function readPackageJson(text: string, file: string): Reading {
  const manifest: unknown = JSON.parse(text);
  if (!isRecord(manifest)) throw new SyntaxError('it is no object');
  const groups = [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies];
  const names = [...new Set(groups.flatMap((group) => (isRecord(group) ? Object.keys(group) : [])))];
  const { workspaces } = manifest;
  const patterns: unknown = isRecord(workspaces) ? workspaces.packages : workspaces;
  return {
    name: typeof manifest.name === 'string' ? manifest.name : undefined,
    dependencies: names.map((name) => ({ name, file, line: lineAt(text, text.indexOf(`"${name}"`)) })),
    workspaces: Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : [],
  };
}

/** PEP 621, and the tables of Poetry. */
async function readPyproject(text: string, file: string): Promise<Reading> {
  const { parse } = await import('smol-toml');
  const manifest: Record<string, unknown> = parse(text);
  const project = recordOf(manifest.project);
  const poetry = recordOf(recordOf(manifest.tool).poetry);
  const listed = [
    project.dependencies,
    ...Object.values(recordOf(project['optional-dependencies'])),
    ...Object.values(recordOf(manifest['dependency-groups'])),
  ].flatMap((list) => (Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : []));
  const groups = Object.values(recordOf(poetry.group)).map((group) => recordOf(group).dependencies);
  const named = [poetry.dependencies, ...groups].flatMap((group) => Object.keys(recordOf(group)));
  const name = project.name ?? poetry.name;
  return {
    name: typeof name === 'string' ? name : undefined,
    dependencies: [...listed.map(requirementName), ...named.map(normalised)].map((dependency) => ({
      name: dependency,
      file,
      line: lineOf(text, new RegExp(`\\b${dependency.replace(/[-_.]/g, '[-_.]')}\\b`, 'i')),
    })),
    workspaces: [],
  };
}

function readRequirements(text: string, file: string): Reading {
  const lines = text.split('\n');
  const dependencies = lines.flatMap((line, index) =>
    /^\s*[A-Za-z0-9]/.test(line) ? [{ name: requirementName(line), file, line: index + 1 }] : [],
  );
  return { name: undefined, dependencies, workspaces: [] };
}

/** The name at the head of a requirement: `psycopg[binary]>=3` is `psycopg`. */
function requirementName(requirement: string): string {
  return normalised(/^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1] ?? '');
}

/** As PEP 503 compares names. */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** Parsers tell the line, the offset, or the text around it. */
function lineOfError(error: unknown, text: string): number {
  const { line } = error as { line?: unknown };
  if (typeof line === 'number') return line;
  const message = messageOf(error);
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset !== undefined) return lineAt(text, Number(offset));
  const [, token = '', around = ''] =
    /^Unexpected token '(.)', (?:\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not/.exec(message) ?? [];
  return lineAt(text, text.indexOf(around) + around.lastIndexOf(token));
}

function reasonOf(error: unknown): string {
  return `it cannot be read: ${messageOf(error).split('\n')[0]}`;
}
