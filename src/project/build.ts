import { realpathSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseProvider, type DatabaseProvider } from '../databases/index.ts';
import { createEnv, type Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { type AppSources, appModule } from './app-module.ts';
import { type CheckOptions, type CheckResult, checkProject } from './check.ts';
import { relativeSpecifier } from './specifier.ts';
import { readTemplates } from './templates.ts';
import { generateTemplatesModule } from './templates-module.ts';

/** What to build, and whereto. */
export interface BuildOptions extends CheckOptions {
  /** Where the modules go; `compiled` beside the config unless told. */
  outDir?: string | undefined;
}

/** What a build came to. */
export interface BuildResult extends CheckResult {
  /** The modules, as absolute paths; none when the check found errors. */
  written: string[];
}

/**
 * Checks a project, and writes what its functions import. For the functions in this package's own `api/`: `deployment.ts` (the loops, as
 * plain data), `database.ts` (the one driver they need), `actions.ts` and `templates.ts`, of which each takes what it needs. For an app that
 * mounts them with an adapter: `index.ts`, with all of it. They
 * are TypeScript because Vercel compiles and traces what a function imports; a JSON file would have no type. The same project gives the
 * same bytes, and a module that would not change is not touched.
 */
export async function buildProject(options: BuildOptions = {}): Promise<BuildResult> {
  const checked = await checkProject(options);
  if (checked.deployment === undefined) return { ...checked, written: [] };
  const root = dirname(checked.file);
  const outDir = resolve(options.outDir ?? join(root, 'compiled'));
  const { templates } = await readTemplates(options.templatesDir ?? join(root, 'emails'));
  const sources: AppSources = {
    file: checked.file,
    outDir,
    deployment: checked.deployment,
    opener: openerOf(checked.deployment.database, createEnv(options.env)),
    actionNames: Object.keys(checked.config?.actions ?? {}).sort(),
    templates,
  };
  const modules = isThisPackage(root) ? ownModules(sources) : { 'index.ts': appModule(sources) };
  await mkdir(outDir, { recursive: true });
  const written = Object.keys(modules).map((name) => join(outDir, name));
  await Promise.all(Object.entries(modules).map(([name, text]) => replaceFile(join(outDir, name), text)));
  return { ...checked, written };
}

/** Whether the folder of a config is the repository these sources are in: its functions are in `api/`. */
function isThisPackage(root: string): boolean {
  const here = relativeSpecifier(realpathSync(root), fileURLToPath(new URL('.', import.meta.url)));
  return /^\.\/(?:dist\/)?src\/project$/.test(here);
}

function ownModules({
  file,
  outDir,
  deployment,
  opener,
  actionNames,
  templates,
}: AppSources): Record<string, string> {
  return {
    'deployment.ts': deploymentModule(deployment, outDir),
    'actions.ts': actionsModule(actionNames, file, outDir),
    'database.ts': databaseModule(opener, outDir),
    'templates.ts': generateTemplatesModule(templates, outDir, roomSpecifier('email', outDir)),
  };
}

const HEAD = '// Written by `skene build` from skene.config.ts; changes made here are lost.';

function deploymentModule(deployment: Deployment, outDir: string): string {
  return [
    HEAD,
    `import type { Deployment } from '${roomSpecifier('plan', outDir)}';`,
    '',
    `export const deployment: Deployment = ${JSON.stringify(deployment, undefined, 2)};`,
    '',
  ].join('\n');
}

/** The functions reach the driver of the database that is there when they are built; where none is known, every driver. */
function openerOf({ urlVariable, provider }: Deployment['database'], env: Env): DatabaseProvider | 'any' {
  const url = env.read(urlVariable);
  if (url === undefined) return provider ?? 'any';
  return chooseProvider({ url, provider, neonEndpoint: env.neonEndpoint }) ?? 'any';
}

function databaseModule(opener: DatabaseProvider | 'any', outDir: string): string {
  const specifier = sourceSpecifier(`databases/open/${opener}`, outDir);
  return [HEAD, `export { openDatabase } from '${specifier}';`, ''].join('\n');
}

/** Without custom actions the functions need not load the config, nor anything it imports. */
function actionsModule(names: readonly string[], file: string, outDir: string): string {
  const type = `import type { CustomAction } from '${roomSpecifier('config', outDir)}';`;
  if (names.length === 0)
    return [HEAD, type, '', 'export const actions: Record<string, CustomAction> = {};', ''].join('\n');
  const config = relativeSpecifier(outDir, file);
  return [
    HEAD,
    type,
    `import config from '${config}';`,
    '',
    'const configured: Record<string, CustomAction> = config.actions ?? {};',
    '',
    `/** ${names.join(', ')}. */`,
    'export const actions: Record<string, CustomAction> = configured;',
    '',
  ].join('\n');
}

/** How a module in `outDir` names the door of one of this package's rooms; only types are imported from there. */
function roomSpecifier(room: string, outDir: string): string {
  return sourceSpecifier(`${room}/index`, outDir);
}

/** How a module in `outDir` names a file of this package's sources, given without its extension. */
function sourceSpecifier(path: string, outDir: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return relativeSpecifier(outDir, fileURLToPath(new URL(`../${path}.${extension}`, import.meta.url)));
}

/** Writes a file whole or not at all, so that a running server never reads half of one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === text) return;
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.draft`);
  await writeFile(draft, text);
  await rename(draft, file);
}
