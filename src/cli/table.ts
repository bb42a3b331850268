import type { CommandModule } from './command.ts';

/** A line of `skene --help`, and where the command is. */
interface Entry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order of a project's life. A command is loaded when it is called, so that the others cost nothing. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  check: {
    summary: 'find what is wrong with skene.config.ts, its queries and its templates',
    load: () => import('./commands/check.ts'),
  },
  build: {
    summary: 'compile the loops and templates into the modules that the functions import',
    load: () => import('./commands/build.ts'),
  },
};
