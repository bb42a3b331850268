import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { readCommandTree } from '../completion/command-tree.ts';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';

/** `skene completion <shell>` */
export function define(command: Command, context: CommandContext): void {
  command
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(skene completion bash)          # in ~/.bashrc; zsh the same, in ~/.zshrc after compinit\n  skene completion fish | source\n\nNothing is installed or written: the script goes to standard output.',
    )
    .action(async (shell: Shell) => {
      context.terminal.out(completionScript(shell, await readCommandTree(context)));
    });
}
