import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given besides its arguments and options. */
export interface CommandContext {
  terminal: Terminal;
  /** Every command there is, by its name. */
  commands: Commands;
  /** Ends the program with this code once everything is written. */
  exit(code: ExitCode): void;
}

/** A command: says which arguments and options it takes. What it does is imported when it runs, so that its help is there at once. */
export interface CommandModule {
  define(command: Command, context: CommandContext): void;
}

/** A line of `skene --help`, and where the command is. */
export interface CommandEntry {
  summary: string;
  /** What exit code 1 says of it, beside that it could not be done. */
  failure?: string;
  load(): Promise<CommandModule>;
}

/** Commands by their names. */
export type Commands = Readonly<Record<string, CommandEntry>>;
