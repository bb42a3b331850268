import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene build [path] [--out dir] [--json]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--out <dir>', 'where the modules go; compiled/ beside the config unless told')
    .option('--json', 'print one JSON document: { file, ok, issues, written }')
    .addHelpText('after', '\nExamples:\n  skene build\n  skene build --out build/skene')
    .action(async (path: string, flags: { out?: string; json?: boolean }) => {
      const { handle } = await import('../handlers/build.ts');
      await handle(path, flags, context);
    });
}
