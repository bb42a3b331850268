import { relative, resolve, sep } from 'node:path';
import { type ActionValue, findActionValues } from './action-values.ts';
import { type Installed, readInstalled } from './installed.ts';
import { type Package, readManifests } from './manifests.ts';
import type { Table, Unreadable } from './model.ts';
import { findRelatedTables, type KeyAction, type RelatedTables } from './related-tables.ts';
import { openRepository, type Repository } from './repository.ts';
import { type Route, readRoutes } from './routes.ts';
import { readStack, type Stack } from './stack.ts';
import type { PrismaSource } from './tables/prisma.ts';
import { readAllTables } from './tables/read-tables.ts';
import { findUsersTables, type UsersTable } from './users-table.ts';
import { readVariables, type Variable } from './variables.ts';
import { findRoot } from './workspaces.ts';

/** A key action, and what it may be called. */
export interface NamedKeyAction extends KeyAction {
  values: ActionValue[];
}

/** A table that may be the users', and what belongs to them. */
export interface Users extends UsersTable, Omit<RelatedTables, 'keyActions'> {
  keyActions: NamedKeyAction[];
}

/** Everything that was found in a repository. */
export interface Inspection {
  /** The folder that was read, as an absolute path: the root of a monorepo where the application is in one. */
  root: string;
  /** The application's folder from the root; empty for the root itself. */
  app: string;
  /** The folders of the applications there are to choose from. */
  apps: string[];
  stack: Stack;
  tables: Table[];
  /** The tables that may be the users', the best first. */
  users: Users[];
  /** Where the addresses of databases come from, as Prisma says. */
  sources: PrismaSource[];
  variables: Variable[];
  routes: Route[];
  /** What of Skene is there already. */
  installed: Installed & {
    /** Whether a manifest asks for the SDK. */
    hasSdk: boolean;
  };
  /** Whether the application is written in JavaScript, without types. */
  isJavaScript: boolean;
  /** Files that could not be read. */
  problems: Unreadable[];
}

/** What is said where not everything was read. */
const TOO_MANY: Unreadable = { file: '.', line: 1, why: 'has so many files that the deepest were not read' };

/** No repository has more tables of users that are worth a question. */
const MOST_USERS_TABLES = 4;

/**
 * Reads a repository: no network, nothing run, no value of a variable looked at.
 * @param folder the application, or the root of a monorepo.
 * @param app which application of a monorepo, from its root; the only one, or the likeliest, unless told.
 */
export async function inspectRepository(folder: string, app?: string): Promise<Inspection> {
  const start = resolve(folder);
  const root = findRoot(start);
  const repository = await openRepository(root);
  const { packages, problems } = await readManifests(repository);
  const apps = applicationsOf(packages, repository);
  const within = relative(root, start).split(sep).join('/');
  // A root that is an application itself is meant, whatever lies below it.
  const usual = apps.includes('') ? '' : (apps[0] ?? '');
  const chosen = app ?? (within === '' ? usual : within);
  const ownPackages = relatedPackages(packages, chosen);
  const others = packages.filter((found) => !ownPackages.includes(found)).map((found) => found.folder);
  const own = { ...repository, files: repository.files.filter((file) => !isWithinAny(file, others)) };
  const stack = readStack(ownPackages, own);
  const reading = await readAllTables(own, stack);
  return {
    root,
    app: chosen,
    apps,
    stack,
    tables: reading.tables,
    users: await usersOf(reading.tables, own),
    sources: reading.sources,
    variables: await readVariables(own),
    routes: await readRoutes(own, chosen),
    installed: {
      ...(await readInstalled(own, chosen)),
      hasSdk: ownPackages.some(({ dependencies }) => dependencies.some(({ name }) => name === '@skene/sdk')),
    },
    isJavaScript: isJavaScript(own.files),
    problems: [...problems, ...reading.problems, ...(repository.isCut ? [TOO_MANY] : [])],
  };
}

/** The folders of packages that are built on a framework, the likeliest to hold the loops first. */
function applicationsOf(packages: readonly Package[], repository: Repository): string[] {
  const frameworks = readStack(packages, repository).frameworks.map(({ what, folder }) => ({ what, folder }));
  const order = ['next-app', 'next-pages', 'nestjs', 'fastapi', 'hono', 'express'];
  frameworks.sort((one, other) => order.indexOf(one.what) - order.indexOf(other.what));
  return [...new Set(frameworks.map(({ folder }) => folder))];
}

function isJavaScript(files: readonly string[]): boolean {
  const written = files.filter((file) => !/(?:^|\/)[\w.-]+\.config\.\w+$/.test(file));
  return (
    written.some((file) => /\.[cm]?jsx?$/.test(file)) && !written.some((file) => /\.[cm]?tsx?$/.test(file))
  );
}

/** The packages of an application: itself, those it depends on, and what stands above them or has no name to be asked for by. */
function relatedPackages(packages: readonly Package[], app: string): Package[] {
  const reached = packages.filter(
    ({ folder, name }) => name === undefined || `${app}/`.startsWith(folder === '' ? '' : `${folder}/`),
  );
  for (const { dependencies } of reached) {
    const asked = new Set(dependencies.map(({ name }) => name));
    reached.push(...packages.filter((found) => asked.has(found.name ?? '') && !reached.includes(found)));
  }
  return reached;
}

function isWithinAny(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file.startsWith(`${folder}/`));
}

async function usersOf(tables: readonly Table[], repository: Repository): Promise<Users[]> {
  const candidates = findUsersTables(tables).slice(0, MOST_USERS_TABLES);
  return Promise.all(
    candidates.map(async (users) => {
      const { keyActions, ...related } = findRelatedTables(users, tables);
      const named = keyActions.map(async (action) => ({
        ...action,
        values: await findActionValues(action, repository),
      }));
      return { ...users, ...related, keyActions: await Promise.all(named) };
    }),
  );
}
