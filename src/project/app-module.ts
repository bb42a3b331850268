import type { DatabaseProvider } from '../databases/index.ts';
import type { Deployment } from '../plan/index.ts';
import { relativeSpecifier } from './specifier.ts';
import type { FoundTemplate } from './templates.ts';
import { templateEntries } from './templates-module.ts';

/** What a project comes to, and where the module of it will be. */
export interface AppSources {
  /** The config. */
  file: string;
  outDir: string;
  deployment: Deployment;
  /** The driver of the database that is known when the functions are built; where none is, every driver. */
  opener: DatabaseProvider | 'any';
  /** The steps of the app's own that the config exports. */
  actionNames: readonly string[];
  templates: Record<string, FoundTemplate>;
}

/**
 * Writes the one module that an app gives to its adapter: `export const compiled`. It names this package as the app does, and files
 * of the app by the extension they have when compiled, which bundlers and Node's own resolution both take.
 */
export function appModule({ file, outDir, deployment, opener, actionNames, templates }: AppSources): string {
  const importOf = (path: string) => relativeSpecifier(outDir, path).replace(/\.tsx?$/, '.js');
  const { preamble, entries } = templateEntries(templates, importOf);
  const hasActions = actionNames.length > 0;
  return [
    '// Written by `skene build` from skene.config.ts and emails/; changes made here are lost.',
    `import { openDatabase } from '@skene/sdk/databases/${opener}';`,
    "import type { Compiled } from '@skene/sdk/web';",
    ...(hasActions ? [`import config from '${importOf(file)}';`] : []),
    '',
    ...preamble,
    'export const compiled: Compiled = {',
    '  openDatabase,',
    hasActions ? '  actions: config.actions ?? {},' : '  actions: {},',
    `  deployment: ${JSON.stringify(deployment, undefined, 2).replaceAll('\n', '\n  ')},`,
    '  templates: {',
    ...entries.map((entry) => `  ${entry}`),
    '  },',
    '};',
    '',
  ].join('\n');
}
