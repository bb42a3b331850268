import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `skene clock [advance]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument(
      '[advance]',
      'how far to move it: 5m, 7d, or next for the next wake-up; only told the time when left out',
    )
    .option('--json', 'print one JSON document: { now, next }')
    .addHelpText('after', '\nExamples:\n  skene clock\n  skene clock 5m\n  skene clock next')
    .action(async (advance: string | undefined, flags: { json?: boolean }) => {
      const { handle } = await import('../handlers/clock.ts');
      await handle(advance, flags, context);
    });
}
