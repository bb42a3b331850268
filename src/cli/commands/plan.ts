import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { Flags } from '../handlers/plan.ts';

/** `skene plan [path] [--json | --mermaid | --deployed]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--json',
      'print the compiled loops as JSON: { plans, watches, ... }; with --deployed, what changes',
    )
    .option('--mermaid', 'print the flow as a Mermaid diagram')
    .option('--deployed', 'what deploying this does to runs that are under way; changes nothing')
    .option('--local', 'with --deployed: to those of the local stack that runs in this folder')
    .option('--check', 'with --deployed: exit 1 when a run would not finish as it began')
    .addHelpText(
      'after',
      '\nExamples:\n  skene plan\n  skene plan --mermaid > flow.mmd\n  skene plan --json | jq .plans[0].steps\n  skene plan --deployed\n  skene plan --deployed --check --json',
    )
    .action(async (path: string, flags: Flags) => {
      const { handle } = await import('../handlers/plan.ts');
      await handle(path, flags, context);
    });
}
