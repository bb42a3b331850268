import { type Command, Option } from 'commander';
import type { CommandContext } from '../command.ts';
import type { InitFlags } from '../handlers/init.ts';

/** `skene init [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the folder of your application, or of the monorepo it is in', '.')
    .option('--app <folder>', 'which application of a monorepo, from its root')
    .addOption(
      new Option('--loop <type>', 'the loop to begin with; the one that fits best unless told').choices([
        'activation',
        'freemium',
        'retention',
      ]),
    )
    .option('--yes', 'ask nothing: take what is likeliest, and write it')
    .option('--dry-run', 'write nothing; print the files instead')
    .option('--json', 'print one JSON document: { findings, problems, loop, questions, files, written, ... }')
    .addHelpText(
      'after',
      '\nExamples:\n  skene init\n  skene init --dry-run\n  skene init --yes --app apps/web\n  skene init --json | jq .findings\n\nIt reads files and nothing else: no network, none of your code is run, no value of a variable is looked at.\nWhat is there already is kept; a second run proposes what is missing.',
    )
    .action(async (path: string, flags: InitFlags) => {
      const { init } = await import('../handlers/init.ts');
      context.exit(await init(path, flags, context.terminal));
    });
}
