import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command.ts';
import { EXIT, type ExitCode, exitCodeOf, exitCodesText } from './exit-code.ts';
import { printError } from './print-error.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { COMMANDS } from './table.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  skene init               begin a loop in your own repository
  skene check              look at skene.config.ts in this folder
  skene build              write compiled/, which the functions import
  skene help check         say what a command takes

Exit codes: 0 all is well, 1 problems were found, 2 the command was called wrongly, 70 a defect of Skene.
Colour follows NO_COLOR and FORCE_COLOR. Variables are read from .env.local and .env beside the config.`;

/** What the command line needs from the process it runs in. */
export interface RunOptions {
  terminal: Terminal;
  /** The version of this package. */
  version: string;
}

/**
 * Runs the command line.
 * @param args what follows the program's name.
 * @returns the exit code, see {@link EXIT}.
 */
export async function run(args: readonly string[], { terminal, version }: RunOptions): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const exit = (code: ExitCode) => {
    exitCode = code;
  };
  const isVerbose = args.includes('--verbose');
  try {
    const program = createProgram(terminal, version);
    await addCommands(program, args, { terminal, exit, commands: COMMANDS });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has said what is wrong; help and --version also end this way
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, terminal, isVerbose);
    return exitCodeOf(error);
  }
}

function createProgram({ out, note, colors }: Terminal, version: string): Command {
  return new Command('skene')
    .description('Growth loops as code: check, build and run the loops of skene.config.ts.')
    .version(version, '-v, --version')
    .option('--verbose', 'print the stack of an error')
    .showSuggestionAfterError()
    .showHelpAfterError('Run skene --help for what there is.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out(text.trimEnd()),
      writeErr: (text) => note(text.trimEnd()),
      outputError: (text, write) => write(colors.red(text)),
    });
}

/** Every command is listed; only the one that is called is loaded. */
async function addCommands(
  program: Command,
  args: readonly string[],
  context: CommandContext,
): Promise<void> {
  const named = args.filter((arg) => !arg.startsWith('-'));
  const called = named[0] === 'help' ? named[1] : named[0];
  for (const [name, { summary, failure, load }] of Object.entries(context.commands)) {
    const command = program.command(name).description(summary);
    command.option('--verbose', 'print the stack of an error');
    if (name !== called) continue;
    (await load()).define(command, context);
    command.addHelpText('afterAll', exitCodesText(failure));
    refuseUnknown(command);
  }
}
