import { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** What may follow a command: its own subcommands and options, each with what it is for. */
export interface CommandPlace {
  /** The words that lead there: `runs list`; empty for `skene` itself. */
  path: string;
  /** Subcommands. */
  names: ReadonlyArray<{ name: string; about: string }>;
  /** Long options, `--` included. */
  options: ReadonlyArray<{ name: string; about: string }>;
}

/** Every place of the command line where something may follow, read from the commands themselves. */
export async function readCommandTree(context: CommandContext): Promise<CommandPlace[]> {
  const program = new Command('skene').version('', '-v, --version');
  const loading = Object.entries(context.commands).map(async ([name, { summary, load }]) => {
    const command = new Command(name).description(summary).option('--verbose', 'print the stack of an error');
    (await load()).define(command, context);
    return command;
  });
  for (const command of await Promise.all(loading)) program.addCommand(command);
  return placesIn(program, '');
}

function placesIn(command: Command, path: string): CommandPlace[] {
  // As `--help` lists them: `help` is there, what is hidden is not.
  const help = command.createHelp();
  const place = {
    path,
    names: help.visibleCommands(command).map((one) => ({ name: one.name(), about: one.description() })),
    options: help
      .visibleOptions(command)
      .flatMap(({ long, description }) =>
        long === undefined || long === null ? [] : [{ name: long, about: description }],
      ),
  };
  const below = command.commands.flatMap((one) => placesIn(one, `${path} ${one.name()}`.trim()));
  return [place, ...below];
}
