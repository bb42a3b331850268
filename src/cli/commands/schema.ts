import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene schema` */
export function define(command: Command, { terminal }: CommandContext): void {
  command
    .addHelpText(
      'after',
      '\nExamples:\n  skene schema > skene.schema.json\n  skene schema | jq ".\\"$defs\\".Trigger"\n\nJSON Schema, draft 2020-12, of what skene.config.ts may export.',
    )
    .action(async () => {
      const { configJsonSchema } = await import('../../config/index.ts');
      terminal.out(JSON.stringify(configJsonSchema(), undefined, 2));
    });
}
